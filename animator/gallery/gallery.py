"""`Gallery`: finds, ranks, deletes and restores the images and films of a renders folder."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from animator.core.paths import resolve
from animator.errors import UserError
from animator.gallery.errors import ItemNotFoundError, QueryError
from animator.gallery.index import GalleryIndex
from animator.gallery.item import Failure, GalleryInfo, GalleryItem, GalleryPage, Outcome
from animator.gallery.marks import change_mark, digest_of
from animator.gallery.metadata import read_metadata
from animator.gallery.query import MAX_RANK, GalleryQuery, Kind
from animator.gallery.refresh import Refresh, Report
from animator.gallery.schema import THUMBNAILS
from animator.gallery.search import Search
from animator.gallery.thumbnails import Thumbnails
from animator.gallery.trash import Trash
from animator.gallery.trash_files import RefusedError, checked_file
from animator.presets.records import read_provenance


class Gallery:
    """The images and films of a renders folder; every thread may use it, and readers never wait for a writer.

    Every method raises a GalleryError where the index cannot be read or written.

    Args:
        renders: The renders folder; it and the index are created where they are not there.

    Raises:
        RunError: They cannot be created, or the file of the index is not one of this version.
    """

    def __init__(self, renders: Path) -> None:
        self._index = GalleryIndex(renders)
        self._renders = resolve(renders)
        self._search = Search(self._index)
        self._trash = Trash(self._index, self._renders)
        self._thumbnails = Thumbnails(self._renders / THUMBNAILS)
        self._refreshing = threading.Lock()
        self._has_looked = False

    def close(self) -> None:
        """Closes the index; waits for calls in other threads."""
        with self._refreshing:
            self._index.close()

    def refresh(self, stop: threading.Event | None = None, report: Report | None = None) -> bool:
        """Brings the index up to date with the folder; reads new and changed files only.

        What is read so far can be found already. Links are not followed; what cannot be read is an item
        without metadata.

        Args:
            stop: Ends it soon once set; what is missing then comes with the next call.
            report: Is told of the progress.

        Returns:
            True if anything has changed.
        """
        stop = stop or threading.Event()
        with self._refreshing:
            thorough = not self._has_looked
            look = Refresh(self._index, self._renders, stop, report or _nobody, thorough=thorough)
            has_changed = look.run()
            self._has_looked |= not stop.is_set()
            return has_changed

    def version(self) -> int:
        """Returns a number that grows whenever the index changes, whoever changes it."""
        return self._index.version()

    def search(self, query: GalleryQuery, first: int = 0, count: int = 50) -> GalleryPage:
        """Returns a page of what a query finds.

        Args:
            query: What to find.
            first: Position of the first item of the page, from 0.
            count: How many items at most.

        Raises:
            QueryError: The query is too long, no regular expression, or takes too long.
        """
        return self._search.page(query, first, count)

    def find_all(self, query: GalleryQuery) -> Sequence[int]:
        """Returns the numbers of all items that a query finds, in order; raises as `search`."""
        return self._search.all(query)

    def runs(self) -> tuple[str, ...]:
        """Returns the run folders that have items outside of the trash, those with the newest items first."""
        return self._index.runs()

    def item(self, item_id: int) -> GalleryItem:
        """Returns an item.

        Raises:
            ItemNotFoundError: There is none of this number.
        """
        return self._index.item(item_id)[0]

    def info(self, item_id: int) -> GalleryInfo:
        """Returns everything that is recorded about how an item was made.

        Raises:
            ItemNotFoundError: There is none of this number.
        """
        item, place = self._index.item(item_id)
        run = self._renders / item.run if item.run else None
        metadata = read_metadata(self._file(item_id, place), item.kind, run)
        return GalleryInfo(item, metadata.fields, metadata.infotext)

    def path(self, item_id: int) -> Path:
        """Returns the path of an item's file as it is now, in the trash or not.

        Raises:
            ItemNotFoundError: There is none of this number, or its file is gone, or links lead elsewhere.
        """
        return self._file(item_id, self._index.item(item_id)[1])

    def settings_source(self, item_id: int) -> Path:
        """Returns the file from which `presets.sources.from_image` takes the settings of an item.

        That is the item itself; for a film whose file holds no settings, a frame of its run.

        Raises:
            ItemNotFoundError: There is none of this number, or its file is gone.
            UserError: Neither records settings.
        """
        item, place = self._index.item(item_id)
        path = self._file(item_id, place)
        try:
            metadata = read_provenance(path)
            if item.kind is not Kind.FILM or metadata.preset is not None:
                return path
        except UserError:
            if item.kind is not Kind.FILM or not item.run:
                raise
        return self._first_frame(item)

    def thumbnail(self, item_id: int, width: int = 256) -> bytes:
        """Returns a small JPEG image of an item; of a film, of its first image.

        Args:
            item_id: Its number.
            width: Greatest width in pixels; the next larger of a few sizes is made. It is never enlarged.

        Raises:
            ItemNotFoundError: There is none of this number, or its file is gone.
            UserError: It cannot be decoded.
        """
        item, place = self._index.item(item_id)
        return self._thumbnails.of(item, self._file(item_id, place), width)

    def rank(self, ids: Iterable[int], rank: int) -> Outcome:
        """Gives items a rank, which they keep where they or their folder are renamed.

        Args:
            ids: Their numbers.
            rank: 1 to 5; 0 takes it away.
        """
        if not 0 <= rank <= MAX_RANK:
            raise QueryError(f"rank {rank}: expected 1 to {MAX_RANK}, or 0 for none")
        return self._mark(ids, {"rank": rank})

    def favorite(self, ids: Iterable[int], *, on: bool) -> Outcome:
        """Makes items favorites, or no longer; kept as ranks are."""
        return self._mark(ids, {"favorite": on})

    def delete(self, ids: Iterable[int]) -> Outcome:
        """Moves items into the trash, the folder `.trash`; those of a run that is being rendered stay.

        A run that lacks a frame can neither be resumed nor encoded again until the frame is restored, or the
        run is rendered again from that frame or an earlier one.
        """
        return self._trash.delete(ids)

    def restore(self, ids: Iterable[int]) -> Outcome:
        """Moves items from the trash back to where they were; one whose place is taken stays in the trash."""
        return self._trash.restore(ids)

    def purge(self, ids: Iterable[int]) -> Outcome:
        """Deletes items in the trash for good."""
        return self._trash.purge(ids)

    def empty_trash(self) -> Outcome:
        """Deletes everything in the trash for good."""
        return self._trash.purge(self._search.all(GalleryQuery(trash=True)))

    def _mark(self, ids: Iterable[int], change: dict[str, int]) -> Outcome:
        wanted = list(dict.fromkeys(ids))
        found = self._index.items(wanted)
        digests = {number: digest_of(self._renders / place) for number, (_, place) in found.items()}
        done = tuple(number for number, digest in digests.items() if digest is not None)
        with self._index.writing(durable=True) as db:
            for number in done:
                change_mark(db, number, digests[number] or "", change)
        lacking = (number for number in wanted if number not in done)
        return Outcome(done, tuple(Failure(one, "", str(ItemNotFoundError(one))) for one in lacking))

    def _file(self, item_id: int, place: str) -> Path:
        try:
            return checked_file(self._renders, place)
        except RefusedError as error:
            raise ItemNotFoundError(item_id) from error

    def _first_frame(self, film: GalleryItem) -> Path:
        place = self._index.first_frame(film.run)
        if place is None:
            raise UserError(
                f"{film.path}: holds no settings, and its run has no frames; take those of another item"
            )
        return self._file(film.id, place)


def _nobody(done: int, found: int) -> None:
    """Takes a report of progress that nobody asked for."""
