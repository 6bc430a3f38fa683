"""`Gallery`: finds, ranks, deletes and restores the images and films of a renders folder."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from animator.gallery.item import GalleryInfo, GalleryItem, GalleryPage, Outcome
from animator.gallery.query import GalleryQuery

Report = Callable[[int, int], None]
"""Gets how many files are read, and how many are found so far."""


class Gallery:
    """The images and films of a renders folder; every thread may use it, and readers never wait for a writer.

    Every method raises a GalleryError where the index cannot be read or written.

    Args:
        renders: The renders folder; it and the index are created where they are not there.

    Raises:
        RunError: They cannot be created, or the file of the index is not one of this version.
    """

    def __init__(self, renders: Path) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Closes the index; waits for calls in other threads."""
        raise NotImplementedError

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
        raise NotImplementedError

    def version(self) -> int:
        """Returns a number that grows whenever the index changes, whoever changes it."""
        raise NotImplementedError

    def search(self, query: GalleryQuery, first: int = 0, count: int = 50) -> GalleryPage:
        """Returns a page of what a query finds.

        Args:
            query: What to find.
            first: Position of the first item of the page, from 0.
            count: How many items at most.

        Raises:
            QueryError: The query is too long, no regular expression, or takes too long.
        """
        raise NotImplementedError

    def item(self, item_id: int) -> GalleryItem:
        """Returns an item.

        Raises:
            ItemNotFoundError: There is none of this number.
        """
        raise NotImplementedError

    def info(self, item_id: int) -> GalleryInfo:
        """Returns everything that is recorded about how an item was made.

        Raises:
            ItemNotFoundError: There is none of this number.
        """
        raise NotImplementedError

    def path(self, item_id: int) -> Path:
        """Returns the path of an item's file as it is now, in the trash or not.

        Raises:
            ItemNotFoundError: There is none of this number, or its file is gone, or links lead elsewhere.
        """
        raise NotImplementedError

    def settings_source(self, item_id: int) -> Path:
        """Returns the file from which `presets.sources.from_image` takes the settings of an item.

        That is the item itself; for a film whose file holds no settings, a frame of its run.

        Raises:
            ItemNotFoundError: There is none of this number, or its file is gone.
            UserError: Neither records settings.
        """
        raise NotImplementedError

    def thumbnail(self, item_id: int, width: int = 256) -> bytes:
        """Returns a small JPEG image of an item; of a film, of its first image.

        Args:
            item_id: Its number.
            width: Greatest width in pixels; the next larger of a few sizes is made. It is never enlarged.

        Raises:
            ItemNotFoundError: There is none of this number, or its file is gone.
            UserError: It cannot be decoded.
        """
        raise NotImplementedError

    def rank(self, ids: Iterable[int], rank: int) -> Outcome:
        """Gives items a rank, which they keep where they or their folder are renamed.

        Args:
            ids: Their numbers.
            rank: 1 to 5; 0 takes it away.
        """
        raise NotImplementedError

    def favorite(self, ids: Iterable[int], *, on: bool) -> Outcome:
        """Makes items favorites, or no longer; kept as ranks are."""
        raise NotImplementedError

    def delete(self, ids: Iterable[int]) -> Outcome:
        """Moves items into the trash, the folder `.trash`; those of a run that is being rendered stay.

        A run that lacks a frame can neither be resumed nor encoded again until the frame is restored, or the
        run is rendered again from that frame or an earlier one.
        """
        raise NotImplementedError

    def delete_all(self, query: GalleryQuery) -> Outcome:
        """Moves all items that a query finds into the trash, as `delete`.

        Raises:
            QueryError: As `search`.
        """
        raise NotImplementedError

    def restore(self, ids: Iterable[int]) -> Outcome:
        """Moves items from the trash back to where they were; one whose place is taken stays in the trash."""
        raise NotImplementedError

    def purge(self, ids: Iterable[int]) -> Outcome:
        """Deletes items in the trash for good."""
        raise NotImplementedError

    def empty_trash(self) -> Outcome:
        """Deletes everything in the trash for good."""
        raise NotImplementedError
