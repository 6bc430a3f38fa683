"""Frames of a run as JPEG images."""

from typing import BinaryIO

from animator.images.image_file import MAX_BYTES, decode_bytes
from animator.images.jpeg import jpeg_bytes


def jpeg_of(file: BinaryIO, name: str, quality: int, width: int | None = None) -> bytes:
    """Returns a frame as a JPEG image.

    Args:
        file: Its PNG file.
        name: Its name in messages.
        quality: Quality of the JPEG, 1 to 100.
        width: Width to scale it down to, in pixels; None keeps it. It is never made larger.

    Raises:
        UserError: The file is no image that can be decoded.
    """
    return jpeg_bytes(decode_bytes(file.read(MAX_BYTES), name).over_black, quality, width)
