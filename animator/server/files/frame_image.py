"""Frames of a run as JPEG images."""

import io
from typing import BinaryIO

from PIL import Image

from animator.images.image_file import MAX_BYTES, decode_bytes


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
    image = decode_bytes(file.read(MAX_BYTES), name).over_black
    if width is not None and width < image.width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
