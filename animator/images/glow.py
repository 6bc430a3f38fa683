"""Glow: light of bright areas that spreads over what is around them."""

from math import ceil

from torch import Tensor
from torch.nn import functional

from animator.images.colorspace import luma
from animator.images.sharpen import blur

_MAX_SIGMA = 6.0
"""Width in pixels above which a blur is computed on a smaller image, which looks the same and is fast."""


def glow(image: Tensor, amount: float, threshold: float, sigma: float) -> Tensor:
    """Returns the image (3, H, W), [0, 1], with the blurred light of its bright areas; nothing gets darker.

    Args:
        image: (3, H, W), [0, 1].
        amount: Factor on that light, at least 0.
        threshold: Luma, 0 to 1, from which on a pixel glows; white glows in full.
        sigma: Width of the blur in pixels.
    """
    share = ((luma(image) - threshold) / max(1.0 - threshold, 1e-6)).clamp_(0.0, 1.0)
    light = wide_blur(image * share, sigma).mul_(amount).clamp_(0.0, 1.0)
    return light.mul_(1.0 - image).add_(image).clamp_(0.0, 1.0)


def wide_blur(image: Tensor, sigma: float) -> Tensor:
    """Returns the image (3, H, W) blurred by a Gaussian of any width in pixels, as a new tensor."""
    height, width = image.shape[-2:]
    factor = max(1, int(sigma / _MAX_SIGMA))
    small = image
    if factor > 1:
        size = max(height // factor, 1), max(width // factor, 1)
        small = functional.interpolate(image[None], size, mode="area")[0]
    narrow = sigma / factor
    small = blur(small, 2 * ceil(3 * narrow) + 1, narrow)
    if factor == 1:
        return small
    return functional.interpolate(small[None], (height, width), mode="bicubic", align_corners=False)[0]
