"""`GalleryIndex`: the database of the gallery, with one writer and many readers."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from animator.core.database import Database
from animator.errors import RunError
from animator.gallery.errors import ItemNotFoundError
from animator.gallery.item import GalleryItem
from animator.gallery.metadata import Metadata, field_lines, plain
from animator.gallery.query import Kind
from animator.gallery.readers import Readers
from animator.gallery.scan import File
from animator.gallery.schema import FILE, SCHEMA

_OLDEST_SQLITE = (3, 34, 0)
"""The first with the trigram tokenizer."""
_TEXTS = ("path", "prompt", "negative", "fields")
_AT_ONCE = 500
"""Values in one statement."""
_SELECT = "SELECT items.*, prompt, negative FROM items JOIN texts USING (id)"


@dataclass(frozen=True)
class Entry:
    """A file as it is written into the index.

    Attributes:
        folder: Number of its folder.
        place: Where it is now, from the renders folder.
        path: Where it is, or in the trash was.
        kind: Its kind.
        file: Its facts.
        metadata: How it was made.
        run: The run folder that it is in; empty if in none.
        frame: Number of the frame; None for what is no frame.
        mark: Its rank, and whether it is a favorite.
        trashed: True in the trash.
    """

    folder: int
    place: str
    path: str
    kind: Kind
    file: File
    metadata: Metadata
    run: str
    frame: int | None
    mark: tuple[int, bool]
    trashed: bool


class GalleryIndex:
    """The index of a renders folder.

    Args:
        renders: The folder.

    Raises:
        RunError: It cannot be opened.
    """

    def __init__(self, renders: Path) -> None:
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise RunError(
                f"gallery: this Python has SQLite {sqlite3.sqlite_version}; expected 3.34 or later, as newer "
                "ones have"
            )
        self._db = Database(renders / FILE, SCHEMA)
        self.readers = Readers(renders / FILE)

    def close(self) -> None:
        """Closes the database."""
        self.readers.close()
        self._db.close()

    def version(self) -> int:
        """Returns a number that grows whenever the index changes."""
        return int(self.readers.rows("SELECT version FROM state")[0][0])

    def noting(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction that changes nothing that can be found."""
        return self._db.writing(durable=False)

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction that changes what can be found; see `Database.writing`."""
        with self._db.writing(durable=durable) as db:
            yield db
            db.execute("UPDATE state SET version = version + 1")

    def item(self, item_id: int) -> tuple[GalleryItem, str]:
        """Returns an item, and where its file is now.

        Raises:
            ItemNotFoundError: There is none of this number.
        """
        for found in self.items([item_id]).values():
            return found
        raise ItemNotFoundError(item_id)

    def items(self, ids: Iterable[int]) -> dict[int, tuple[GalleryItem, str]]:
        """Returns items by their numbers, each with where its file is now; leaves out those that are gone."""
        found: dict[int, tuple[GalleryItem, str]] = {}
        wanted = [number for number in dict.fromkeys(ids) if 0 <= number < 2**63]
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            for row in self.readers.rows(f"{_SELECT} WHERE id IN ({marks})", tuple(part)):
                found[row["id"]] = _item(row), row["place"]
        return found

    def runs(self) -> tuple[str, ...]:
        """Returns the run folders that have items outside of the trash, those with the newest items first."""
        rows = self.readers.rows(
            "SELECT run FROM items WHERE run != '' AND NOT trashed GROUP BY run ORDER BY MAX(mtime_ns) DESC"
        )
        return tuple(str(row["run"]) for row in rows)

    def first_frame(self, run: str) -> str | None:
        """Returns where the first frame of a run is; None if it has none."""
        rows = self.readers.rows(
            "SELECT place FROM items WHERE run = ? AND NOT trashed AND frame IS NOT NULL "
            "ORDER BY frame LIMIT 1",
            (run,),
        )
        return str(rows[0]["place"]) if rows else None


def put(db: sqlite3.Connection, entry: Entry) -> None:
    """Writes a file into the index, in a transaction; it keeps its number if it is there already."""
    file, metadata = entry.file, entry.metadata
    values = {
        "folder": entry.folder,
        "place": entry.place,
        "path": entry.path,
        "name": file.name,
        "kind": entry.kind.value,
        "width": metadata.width,
        "height": metadata.height,
        "bytes": file.bytes,
        "mtime_ns": file.mtime_ns,
        "inode": file.inode,
        "run": entry.run,
        "frame": entry.frame,
        "rank": entry.mark[0],
        "favorite": entry.mark[1],
        "trashed": entry.trashed,
    }
    marks = ", ".join("?" * len(values))
    changes = ", ".join(f"{name} = excluded.{name}" for name in values)
    db.execute(
        f"INSERT INTO items ({', '.join(values)}) VALUES ({marks}) "  # noqa: S608 (our own names)
        f"ON CONFLICT (place) DO UPDATE SET {changes}",
        tuple(values.values()),
    )
    number = db.execute("SELECT id FROM items WHERE place = ?", (entry.place,)).fetchone()[0]
    _forget_words(db, number)
    texts = (entry.path, metadata.prompt, metadata.negative, field_lines(metadata.fields))
    plain_texts = tuple(map(plain, texts))
    db.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?)", (number, *plain_texts))
    db.execute(
        "INSERT INTO words (rowid, path, prompt, negative, fields) VALUES (?, ?, ?, ?, ?)",
        (number, *plain_texts),
    )


def forget(db: sqlite3.Connection, number: int) -> None:
    """Takes an item out of the index, in a transaction."""
    _forget_words(db, number)
    db.execute("DELETE FROM items WHERE id = ?", (number,))


def _forget_words(db: sqlite3.Connection, number: int) -> None:
    for row in db.execute("SELECT * FROM texts WHERE id = ?", (number,)).fetchall():
        # What an external content table is told to forget has to be what it was given.
        texts = (number, *(row[name] for name in _TEXTS))
        db.execute(
            "INSERT INTO words (words, rowid, path, prompt, negative, fields) "
            "VALUES ('delete', ?, ?, ?, ?, ?)",
            texts,
        )
        db.execute("DELETE FROM texts WHERE id = ?", (number,))


def _item(row: sqlite3.Row) -> GalleryItem:
    return GalleryItem(
        id=row["id"],
        path=row["path"],
        name=row["name"],
        kind=Kind(row["kind"]),
        width=row["width"],
        height=row["height"],
        bytes=row["bytes"],
        made=row["mtime_ns"] / 1e9,
        prompt=row["prompt"],
        negative=row["negative"],
        run=row["run"],
        frame=row["frame"],
        rank=row["rank"],
        favorite=bool(row["favorite"]),
        trashed=bool(row["trashed"]),
    )
