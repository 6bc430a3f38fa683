"""Images as small JPEG files, to look at."""

import io

from PIL import Image


def jpeg_bytes(image: Image.Image, quality: int, width: int | None = None) -> bytes:
    """Returns an image as a JPEG file.

    Args:
        image: RGB, 8 bits.
        quality: Quality of the JPEG, 1 to 100.
        width: Width to scale it down to, in pixels; None keeps it. It is never made larger.
    """
    if width is not None and width < image.width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
