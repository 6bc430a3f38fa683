"""`Thumbnails`: small JPEG images of items, kept in the folder `.thumbnails`, which stays below a size."""

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path

from PIL import Image

from animator.core.atomic import atomic_write
from animator.core.read import UnreadableError, read_bytes
from animator.errors import AnimatorError, UserError
from animator.film.first_image import first_image
from animator.gallery.item import GalleryItem
from animator.gallery.query import Kind
from animator.images.image_file import decode_file
from animator.images.jpeg import jpeg_bytes

WIDTHS = (128, 256, 512, 1024)
MAX_BYTES = 500_000_000
"""Size of all thumbnails; the oldest go first."""
_MAX_FILE = 5_000_000
_QUALITY = 82
_AT_ONCE = 2
"""Images that are decoded at the same time: a large one takes a gigabyte."""
_LOOK_EVERY = 500
"""Thumbnails made between two looks at the size of all."""


class Thumbnails:
    """The thumbnails of a renders folder.

    Args:
        folder: Where they are kept; created when the first one is made.
        max_bytes: Size of all of them.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._made = 0

    def of(self, item: GalleryItem, path: Path, width: int) -> bytes:
        """Returns the thumbnail of an item.

        Args:
            item: The item.
            path: Its file.
            width: Greatest width; the next larger of `WIDTHS` is taken.

        Raises:
            UserError: It cannot be decoded.
        """
        width = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
        key = hashlib.sha256(f"{item.path}\0{item.made}\0{item.bytes}\0{width}".encode()).hexdigest()
        kept = self._folder / key[:2] / f"{key[2:]}.jpg"
        with suppress(UnreadableError):
            return read_bytes(kept, _MAX_FILE)
        with self._turns:
            data = _thumbnail(item, path, width)
        self._keep(kept, data)
        return data

    def _keep(self, path: Path, data: bytes) -> None:
        """Writes a thumbnail; where the disk is full or read-only, it is made again the next time."""
        with suppress(OSError):
            if self._folder.is_symlink() or path.parent.is_symlink():
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, data)
            with self._lock:
                is_due = self._made % _LOOK_EVERY == 0
                self._made += 1
                if is_due:
                    self._remove_oldest()

    def _remove_oldest(self) -> None:
        found: list[tuple[float, int, str]] = []
        for root, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    facts = os.lstat(os.path.join(root, name))  # noqa: PTH118 (many)
                    found.append((facts.st_mtime, facts.st_size, os.path.join(root, name)))  # noqa: PTH118
        total = sum(size for _, size, _ in found)
        for _, size, name in sorted(found):
            if total <= self._max_bytes:
                return
            Path(name).unlink(missing_ok=True)
            total -= size


def _thumbnail(item: GalleryItem, path: Path, width: int) -> bytes:
    try:
        if item.kind is Kind.FILM:
            image = Image.fromarray(first_image(path, width))
        else:
            image = decode_file(path).over_black
        return jpeg_bytes(image, _QUALITY, width)
    except UserError:
        raise
    except AnimatorError as error:  # ffmpeg failed: the file is damaged
        raise UserError(str(error)) from error
