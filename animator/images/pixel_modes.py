"""Pixels of every kind that image files have, as 8-bit sRGB and an alpha plane."""

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from animator.images.color_profile import rgb_by_profile, rgb_from_lab

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what turns the image upright."""
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_WHITE_IS_ZERO = 0
_SLACK = 1 / 255
"""How far floats may be beyond black and white: resampling overshoots."""
_PNG_BIT_DEPTH = 24
"""Position of the bits per sample in a PNG file."""


class UnknownRangeError(ValueError):
    """An image whose black and white are not known. The message is the reason and what to do."""


def split_alpha(image: Image.Image, file: bytes) -> tuple[Image.Image, Image.Image | None]:
    """Returns the color, RGB, and the opacity, L, of a decoded image, both turned upright.

    Args:
        image: A decoded image of any mode.
        file: The file it is from.

    Raises:
        UnknownRangeError: It has more than 8 bits, and its black and white are not known.
    """
    _scale_clear_color(image, file)
    color, alpha = _deep(image) if image.mode[0] in "IF" else _shallow(image)
    turn = None
    with suppress(Exception):  # damaged EXIF data turns nothing: pixels do not depend on it
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    if turn is None:
        return color, alpha
    return color.transpose(turn), None if alpha is None else alpha.transpose(turn)


def _shallow(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Returns the planes of an image that Pillow holds with 8 bits or fewer."""
    alpha = None
    if image.mode in ("La", "RGBa"):  # multiplied by alpha
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    if image.has_transparency_data:
        alpha = image.convert("RGBA").getchannel("A")
    if image.mode == "LAB":
        return rgb_from_lab(image), alpha
    profile = image.info.get("icc_profile")
    plain = {"LA": "L", "1": "L", "CMYK": "CMYK", "L": "L"}.get(image.mode, "RGB")
    color = image if image.mode == plain else image.convert(plain)
    converted = rgb_by_profile(color, profile) if isinstance(profile, bytes) and profile else None
    return converted or color.convert("RGB"), alpha


def _deep(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Returns the planes of a gray image that Pillow holds with 16 or 32 bits, scaled to its range."""
    values = np.asarray(image)
    clear = image.info.get("transparency")
    alpha = None
    if isinstance(clear, int):
        alpha = Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
    scaled = _scale_float(values) if image.mode == "F" else _scale_whole(image, values)
    if _tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO:
        scaled = 1.0 - scaled
    return Image.fromarray(np.rint(scaled * 255.0).astype(np.uint8)).convert("RGB"), alpha


def _scale_whole(image: Image.Image, values: NDArray[np.generic]) -> NDArray[np.float32]:
    bits = _tag(image, _BITS_PER_SAMPLE) or 16
    if image.mode == "I" and image.format != "PNG":  # Pillow before 11 has 16-bit PNGs as 32 bits
        raise UnknownRangeError(
            f"has {bits}-bit whole numbers, whose white is not known; save it with 8 or 16 bits"
        )
    scaled: NDArray[np.float32] = values.astype(np.float32) / np.float32(2**bits - 1)
    return scaled.clip(0.0, 1.0)


def _scale_float(values: NDArray[np.generic]) -> NDArray[np.float32]:
    floats = values.astype(np.float32)
    low, high = float(floats.min()), float(floats.max())
    if not (low >= -_SLACK and high <= 1.0 + _SLACK):  # also where a value is not a number
        raise UnknownRangeError(
            f"has floating-point values from {low:g} to {high:g}; expected 0 (black) to 1 (white); "
            "scale them, or save it with 8 or 16 bits"
        )
    return floats.clip(0.0, 1.0)


def _tag(image: Image.Image, number: int) -> int | None:
    """Returns the first value of a TIFF tag; None for images of other formats."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    value = image.tag_v2.get(number)
    return int(value[0] if isinstance(value, tuple) else value) if value is not None else None


def _scale_clear_color(image: Image.Image, file: bytes) -> None:
    """Scales the transparent color of a PNG from the file's depth to that of Pillow's pixels, in place."""
    clear = image.info.get("transparency")
    if image.format != "PNG" or clear is None or image.mode not in ("L", "RGB"):
        return
    depth = file[_PNG_BIT_DEPTH]
    if isinstance(clear, int) and depth < 8:
        image.info["transparency"] = clear * 255 // (2**depth - 1)
    elif isinstance(clear, tuple) and depth > 8:
        image.info["transparency"] = tuple(part >> 8 for part in clear)
