"""Tones: lightness alone, the negative, black and white."""

from torch import Tensor

from animator.images.color import grayscale
from animator.images.colorspace import lab_from_rgb


def recolor(image: Tensor, gamma: float) -> Tensor:
    """Returns the lightness of an image, of LAB, as gray (3, H, W), for networks that color it.

    Args:
        image: (3, H, W).
        gamma: Exponent of the lightness; above 1 darkens.
    """
    lightness = lab_from_rgb(image)[0].clamp_(0.0, 1.0)
    return lightness.pow(gamma).expand(3, -1, -1).contiguous()


def invert(image: Tensor) -> Tensor:
    """Returns the negative of an image (3, H, W): white lines on black of black ones on white."""
    return 1.0 - image


def threshold(image: Tensor, above: float) -> Tensor:
    """Returns white where an image (3, H, W) is brighter than an 8-bit value, black elsewhere."""
    return (grayscale(image) * 255 > above).to(image.dtype)
