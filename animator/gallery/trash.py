"""`Trash`: moves items of the index into the trash and out of it, files and index together."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from sqlite3 import Connection

from animator.gallery.index import GalleryIndex, forget
from animator.gallery.item import Failure, GalleryItem, Outcome
from animator.gallery.trash_files import RefusedError, move_in, move_out, new_batch, nobody_rendering, purge

_TOGETHER = 200
"""Files in one transaction; others may write in between."""
_Act = Callable[[Connection, GalleryItem, str], None]
"""Does something with an item whose file is at a place; raises a RefusedError where it cannot."""
_Found = tuple[GalleryItem, str]


class Trash:
    """The trash of a gallery.

    Args:
        index: The index.
        renders: The renders folder, without links.
    """

    def __init__(self, index: GalleryIndex, renders: Path) -> None:
        self._index = index
        self._renders = renders

    def delete(self, ids: Iterable[int]) -> Outcome:
        """Moves items into the trash; see `Gallery.delete`."""
        batch = new_batch()

        def act(db: Connection, item: GalleryItem, place: str) -> None:
            if item.trashed:
                raise RefusedError("is in the trash already")
            _move(db, item, move_in(self._renders, place, batch), trashed=True)

        return self._with_each(ids, act)

    def restore(self, ids: Iterable[int]) -> Outcome:
        """Moves items back to where they were; see `Gallery.restore`."""

        def act(db: Connection, item: GalleryItem, place: str) -> None:
            _check_trashed(item)
            move_out(self._renders, place, item.path)
            # Of a file that took its place, and is gone again without a look since.
            for row in db.execute("SELECT id FROM items WHERE place = ?", (item.path,)).fetchall():
                forget(db, row["id"])
            _move(db, item, item.path, trashed=False)

        return self._with_each(ids, act)

    def purge(self, ids: Iterable[int]) -> Outcome:
        """Deletes items in the trash for good; see `Gallery.purge`."""

        def act(db: Connection, item: GalleryItem, place: str) -> None:
            _check_trashed(item)
            purge(self._renders, place)
            forget(db, item.id)

        return self._with_each(ids, act)

    def _with_each(self, ids: Iterable[int], act: _Act) -> Outcome:
        wanted = list(dict.fromkeys(ids))
        found = self._index.items(wanted)
        failures = [Failure(number, "", "is not in the gallery") for number in wanted if number not in found]
        done: list[int] = []
        for run, items in _by_run(found.values()).items():
            try:
                with nobody_rendering(self._renders / run if run else None):
                    for start in range(0, len(items), _TOGETHER):
                        failures += self._together(items[start : start + _TOGETHER], act, done)
            except RefusedError as error:
                failures += [Failure(item.id, item.path, str(error)) for item, _ in items]
        return Outcome(tuple(done), tuple(failures))

    def _together(self, items: Sequence[_Found], act: _Act, done: list[int]) -> list[Failure]:
        """Does something with items in one transaction, for which a look at the folder meanwhile waits."""
        failures = list[Failure]()
        with self._index.writing(durable=True) as db:
            for item, place in items:
                try:
                    act(db, item, place)
                    done.append(item.id)
                except RefusedError as error:
                    failures.append(Failure(item.id, item.path, str(error)))
        return failures


def _move(db: Connection, item: GalleryItem, place: str, *, trashed: bool) -> None:
    """Notes that a file is somewhere else now."""
    folder = place.rpartition("/")[0]
    db.execute(
        "INSERT INTO folders (place, run, mtime_ns, settled) VALUES (?, ?, 0, 0) "
        "ON CONFLICT (place) DO NOTHING",
        (folder, "" if trashed else item.run),
    )
    db.execute(
        "UPDATE items SET place = ?, trashed = ?, folder = (SELECT id FROM folders WHERE place = ?) "
        "WHERE id = ?",
        (place, trashed, folder, item.id),
    )


def _check_trashed(item: GalleryItem) -> None:
    if not item.trashed:
        raise RefusedError("is not in the trash")


def _by_run(found: Iterable[_Found]) -> dict[str, list[_Found]]:
    """Returns items by the run folder that they are in."""
    groups: dict[str, list[_Found]] = {}
    for item, place in found:
        groups.setdefault(item.run, []).append((item, place))
    return groups
