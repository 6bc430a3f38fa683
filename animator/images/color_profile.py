"""Conversions to sRGB by Little CMS: from the ICC profile in an image file, and from CIELAB."""

import io
from typing import cast

from PIL import Image, ImageCms

_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
"""Pillow's mode -> the ICC name of its color space."""


def rgb_by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Returns an image converted to sRGB by its profile.

    Args:
        image: Of mode L, RGB or CMYK.
        profile: An ICC profile.

    Returns:
        RGB; None if the profile is sRGB already, damaged, or one for other images: then it says nothing.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != _SPACES[image.mode]:
            return None
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        return _convert(image, source)
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None


def rgb_from_lab(image: Image.Image) -> Image.Image:
    """Returns an image of mode LAB in sRGB.

    Raises:
        PyCMSError: Little CMS cannot convert it.
    """
    return _convert(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    return cast("Image.Image", converted)  # None only in place
