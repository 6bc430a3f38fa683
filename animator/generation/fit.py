"""Fits images of another size and aspect ratio: stretched, cropped, or padded with their edges."""

import numpy as np
from PIL import Image

from animator.generation.groups import ResizeMode

LANCZOS, BILINEAR = Image.Resampling.LANCZOS, Image.Resampling.BILINEAR
"""The filters of images and of masks: a mask must not ring around its edges."""


def fitted(
    image: Image.Image, size: tuple[int, int], how: ResizeMode, resampling: Image.Resampling = LANCZOS
) -> Image.Image:
    """Returns an image, RGB or gray, of a width and height.

    Args:
        image: The image.
        size: Width and height.
        how: `crop` cuts off what is too much, `pad` continues the edges; the others stretch.
        resampling: The filter.
    """
    if image.size == size:
        return image
    if how == "crop":
        return image.resize(size, resampling, box=_covered(image.size, size))
    return _padded(image, size, resampling) if how == "pad" else image.resize(size, resampling)


def area_size(own: tuple[int, int], side: int) -> tuple[int, int]:
    """Returns the size of an image scaled down to the area of a square, both sides multiples of 8.

    Args:
        own: Width and height; one whose area is not larger is returned as it is.
        side: Side of the square in pixels.
    """
    scale = side / (own[0] * own[1]) ** 0.5
    if scale >= 1:
        return max(own[0], 8), max(own[1], 8)
    width, height = (max(8, round(length * scale / 8) * 8) for length in own)
    return width, height


def _covered(own: tuple[int, int], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Returns the largest part of an image, in its middle, that has the aspect ratio of a size."""
    scale = min(own[0] / size[0], own[1] / size[1])
    left, top = ((old - new * scale) / 2 for old, new in zip(own, size, strict=True))
    return max(left, 0.0), max(top, 0.0), min(own[0] - left, own[0]), min(own[1] - top, own[1])


def _padded(image: Image.Image, size: tuple[int, int], resampling: Image.Resampling) -> Image.Image:
    scale = min(size[0] / image.width, size[1] / image.height)
    width, height = (
        min(whole, max(1, round(own * scale))) for own, whole in zip(image.size, size, strict=True)
    )
    pixels = np.asarray(image.resize((width, height), resampling))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    around = [(top, size[1] - height - top), (left, size[0] - width - left)]
    return Image.fromarray(np.pad(pixels, [*around, (0, 0)][: pixels.ndim], mode="edge"))
