"""`RequestFiles`: the images that come with a request, as files for as long as it takes."""

import base64
import binascii
import io
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from animator.core.download import Limits, download
from animator.core.permissions import permissions
from animator.core.printable import printable
from animator.core.urls import is_url
from animator.errors import UserError
from animator.images.image_file import DecodedImage, decode_bytes
from animator.server.errors import BadImageError

MAX_BYTES = 48_000_000
"""Bytes of one image, decoded from base64."""
_SHOWN = 60
_LIMITS = Limits(max_bytes=MAX_BYTES, timeout_s=20.0, total_s=120.0)


class RequestFiles:
    """The files of one request, in a folder of their own with a name that nobody can guess.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def add(self, image: Image.Image) -> str:
        """Writes an image, and returns its path; raises an OSError where that fails."""
        self._count += 1
        path = self._folder / f"{self._count}.png"
        image.save(path, "PNG", compress_level=1)
        return str(path)


@contextmanager
def request_files(below: Path) -> Iterator[RequestFiles]:
    """Yields the files of a request; at the end of the `with` block they are removed.

    Args:
        below: Folder of the files of all requests.
    """
    folder = below / secrets.token_hex(16)
    folder.mkdir(parents=True)
    try:
        yield RequestFiles(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_request_files(below: Path) -> None:
    """Removes what a server left that was killed; a link is not followed."""
    if below.is_dir() and not below.is_symlink():
        shutil.rmtree(below, ignore_errors=True)


def decode_image(text: str) -> DecodedImage:
    """Returns the image of a base64 text, with or without `data:...;base64,` before it, or of a URL.

    Raises:
        BadImageError: It is none, or has more bytes or pixels than are taken.
        UserError: It is a URL that may not be fetched.
        OSError: The URL cannot be fetched.
    """
    if is_url(text):
        return _fetched(text)
    data = decode_base64(text)
    try:
        return decode_bytes(data, "the image")
    except UserError as error:
        raise BadImageError(f"Invalid encoded image: {error}") from error


def decode_base64(text: str) -> bytes:
    """Returns the bytes of a base64 text, with or without `data:...;base64,` before it.

    Raises:
        BadImageError: It is none, or has more bytes than are taken.
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    if len(text) > MAX_BYTES // 3 * 4 + 4:
        raise BadImageError(f"Invalid encoded image: it has more than {MAX_BYTES} bytes; scale it down")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        shown = printable(text[:_SHOWN])
        raise BadImageError(f"Invalid encoded image: {shown!r} is not base64: {error}") from error


def _fetched(url: str) -> DecodedImage:
    if not permissions().network:
        raise UserError(f"{url:.200}: URLs are not fetched here; send the image itself")
    buffer = io.BytesIO()
    download(url, buffer, _LIMITS)
    return decode_bytes(buffer.getvalue(), url)
