"""`Refresh`: brings the index up to date with the renders folder."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from animator.gallery.index import Entry, GalleryIndex, forget, put
from animator.gallery.marks import mark_of
from animator.gallery.metadata import Metadata, read_metadata
from animator.gallery.query import Kind
from animator.gallery.scan import (
    MAX_DEPTH,
    File,
    Listing,
    folder_time,
    frame_number,
    is_listed,
    kind_of,
    list_folder,
)
from animator.gallery.schema import TRASH

Report = Callable[[int, int], None]
"""Gets how many files are read, and how many are found so far."""
_BATCH = 500
_BATCH_S = 0.5
"""Files, or time in seconds, after which what is read so far can be found."""


@dataclass(frozen=True)
class _Folder:
    """A folder on the way.

    Attributes:
        place: Its path from the renders folder.
        run: The run folder that it is in; empty if in none.
        depth: How many folders it is below the renders folder.
    """

    place: str
    run: str = ""
    depth: int = 0

    def inner(self, name: str, run: str) -> "_Folder":
        """Returns a folder within it."""
        return _Folder(_joined(self.place, name), run, self.depth + 1)


@dataclass(frozen=True)
class _Known:
    """A folder as the index has it."""

    number: int
    run: str
    mtime_ns: int
    settled: bool


class Refresh:
    """One look through the renders folder.

    Args:
        index: The index.
        renders: The renders folder.
        stop: Ends it soon once set.
        report: Is told of the progress.
        thorough: Look at every file, also where the time of its folder says that nothing has changed.
    """

    def __init__(
        self, index: GalleryIndex, renders: Path, stop: threading.Event, report: Report, *, thorough: bool
    ) -> None:
        self._index = index
        self._renders = renders
        self._stop = stop
        self._report = report
        self._is_thorough = thorough
        self._known = _known_folders(index)
        self._inner = _inner_names(self._known)
        self._runs = {place for place, known in self._known.items() if place and known.run == place}
        self._done = self._found = 0
        self._has_changed = False

    def run(self) -> bool:
        """Looks through the folder; returns True if the index has changed."""
        seen: set[str] = set()
        waiting = [_Folder("")]
        while waiting and not self._stop.is_set():
            folder = waiting.pop()
            seen.add(folder.place)
            inner = self._look(folder)
            waiting += sorted(inner, key=lambda one: (one.place != TRASH, one.place))  # the trash comes last
        if not self._stop.is_set():
            self._forget_folders([place for place in self._known if place not in seen])
        return self._has_changed

    def _look(self, folder: _Folder) -> list[_Folder]:
        """Brings a folder's items up to date, and returns the folders to look through after it."""
        known = self._known.get(folder.place)
        path = self._renders / folder.place
        if known is not None and not self._may_have_changed(folder, known, folder_time(path)):
            return [folder.inner(name, known.run) for name in self._inner.get(folder.place, ())]
        listing = list_folder(path, folder.place, folder.run)
        if listing is None:
            self._forget_folders([folder.place] if known is not None else [])
            return []
        run = folder.run or (folder.place if listing.is_run else "")
        if run == folder.place and run:
            self._runs.add(run)
        number = self._remember(folder.place, run, known)
        is_complete = self._update(_Folder(folder.place, run, folder.depth), number, listing)
        settled = listing.is_settled and is_complete
        if known is None or (known.mtime_ns, known.settled) != (listing.mtime_ns, settled):
            self._settle(number, listing.mtime_ns, settled=settled)
        return [folder.inner(name, run) for name in listing.folders if folder.depth < MAX_DEPTH]

    def _may_have_changed(self, folder: _Folder, known: _Known, mtime_ns: int | None) -> bool:
        is_same = known.settled and mtime_ns == known.mtime_ns and known.run in (folder.run, folder.place)
        return self._is_thorough or not is_same

    def _update(self, folder: _Folder, number: int, listing: Listing) -> bool:
        """Brings the items of a folder up to date; returns False where it was stopped on the way."""
        rows = self._index.readers.rows(
            "SELECT id, name, bytes, mtime_ns, inode, run FROM items WHERE folder = ?", (number,)
        )
        had = {row["name"]: row for row in rows}
        gone = had.keys() - {file.name for file in listing.files}
        if gone:
            self._has_changed = True
            with self._index.writing() as db:
                for name in gone:
                    if not is_listed(self._renders / folder.place / name):  # restored since
                        _forget_in(db, had[name]["id"], number)
        changed = [file for file in listing.files if _differs(had.get(file.name), file, folder.run)]
        self._found += len(changed)
        for batch in self._batches(folder, changed):
            self._has_changed = True
            with self._index.writing() as db:
                for file, metadata in batch:
                    if is_listed(self._renders / folder.place / file.name):  # not moved since
                        put(db, self._entry(db, folder, number, file, metadata))
            self._done += len(batch)
            self._report(self._done, self._found)
        return not self._stop.is_set()

    def _batches(self, folder: _Folder, files: list[File]) -> Iterator[list[tuple[File, Metadata]]]:
        """Yields files with what was read of them, some at a time."""
        batch: list[tuple[File, Metadata]] = []
        began = time.monotonic()
        for file in files:
            if self._stop.is_set():
                break
            run = self._renders / folder.run if folder.run else None
            kind = self._kind(folder, file.name)
            batch.append((file, read_metadata(self._renders / folder.place / file.name, kind, run)))
            if len(batch) >= _BATCH or time.monotonic() - began > _BATCH_S:
                yield batch
                batch, began = [], time.monotonic()
        if batch:
            yield batch

    def _entry(
        self, db: sqlite3.Connection, folder: _Folder, number: int, file: File, metadata: Metadata
    ) -> Entry:
        place = _joined(folder.place, file.name)
        path, run = _original_path(place), self._run_of(folder)
        kind = self._kind(folder, file.name)
        return Entry(
            folder=number,
            place=place,
            path=path,
            kind=kind,
            file=file,
            metadata=metadata,
            run=run,
            frame=frame_number(file.name) if kind is Kind.FRAME else None,
            mark=mark_of(db, self._renders, path, place, file.bytes),
            trashed=place != path,
        )

    def _kind(self, folder: _Folder, name: str) -> Kind:
        return kind_of(name, in_run=bool(self._run_of(folder)))

    def _run_of(self, folder: _Folder) -> str:
        """Returns the run folder of a folder's items; in the trash, the one that they are from."""
        if not _in_trash(folder.place):
            return folder.run
        path = Path(_original_path(folder.place))
        return next((one.as_posix() for one in (path, *path.parents) if one.as_posix() in self._runs), "")

    def _remember(self, place: str, run: str, known: _Known | None) -> int:
        """Writes a folder into the index unless it is there, and returns its number."""
        if known is not None and known.run == run:
            return known.number
        with self._index.noting() as db:
            db.execute(
                "INSERT INTO folders (place, run, mtime_ns, settled) VALUES (?, ?, 0, 0) "
                "ON CONFLICT (place) DO UPDATE SET run = excluded.run",
                (place, run),
            )
            return int(db.execute("SELECT id FROM folders WHERE place = ?", (place,)).fetchone()[0])

    def _settle(self, number: int, mtime_ns: int, *, settled: bool) -> None:
        with self._index.noting() as db:
            db.execute(
                "UPDATE folders SET mtime_ns = ?, settled = ? WHERE id = ?", (mtime_ns, settled, number)
            )

    def _forget_folders(self, places: list[str]) -> None:
        for number in (self._known[place].number for place in places):
            rows = self._index.readers.rows("SELECT id FROM items WHERE folder = ?", (number,))
            if rows:
                self._has_changed = True
                with self._index.writing() as db:
                    for row in rows:
                        _forget_in(db, row["id"], number)
            with self._index.noting() as db:
                db.execute(
                    "DELETE FROM folders WHERE id = ? "
                    "AND NOT EXISTS (SELECT 1 FROM items WHERE folder = folders.id)",
                    (number,),
                )


def _forget_in(db: sqlite3.Connection, number: int, folder: int) -> None:
    """Forgets an item unless it has moved to another folder since."""
    if db.execute("SELECT 1 FROM items WHERE id = ? AND folder = ?", (number, folder)).fetchone():
        forget(db, number)


def _joined(place: str, name: str) -> str:
    """Returns the place of something in a folder."""
    return f"{place}/{name}" if place else name


def _in_trash(place: str) -> bool:
    """Returns True for a place in the trash."""
    return place.split("/", 1)[0] == TRASH


def _original_path(place: str) -> str:
    """Returns where a file is, or was before it came into the trash."""
    return place.split("/", 2)[2] if _in_trash(place) and place.count("/") > 1 else place


def _differs(row: sqlite3.Row | None, file: File, run: str) -> bool:
    """Returns True for a file that the index does not have as it is."""
    if row is None:
        return True
    had = (row["bytes"], row["mtime_ns"], row["inode"])
    return had != (file.bytes, file.mtime_ns, file.inode) or (bool(run) and row["run"] != run)


def _known_folders(index: GalleryIndex) -> dict[str, _Known]:
    rows = index.readers.rows("SELECT * FROM folders")
    return {
        row["place"]: _Known(row["id"], row["run"], row["mtime_ns"], bool(row["settled"])) for row in rows
    }


def _inner_names(known: Mapping[str, _Known]) -> dict[str, list[str]]:
    """Returns the names of the folders within each known folder."""
    names: dict[str, list[str]] = {}
    for place in filter(None, known):
        folder, _, name = place.rpartition("/")
        names.setdefault(folder, []).append(name)
    return names
