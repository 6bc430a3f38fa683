"""Anti-blur: an unsharp mask that restores what each warp softens."""

from dataclasses import dataclass
from math import exp

import torch
from torch import Tensor
from torch.nn import functional

from animator.images import opencv

_DYADIC = {1: (32,), 3: (8, 16), 5: (2, 8, 12), 7: (1, 3.5, 7, 9)}
"""First half of OpenCV's small kernels for sigma 0, in 32nds."""
TINY = 1e-300
MAX_DERIVED_WIDTH = 999
"""Largest kernel, in pixels, that is derived from sigma."""


@dataclass(frozen=True)
class Sharpen:
    """Settings of the unsharp mask; the names are Deforum's.

    Attributes:
        kernel: Width of the blur in pixels; an even one counts as the next odd one, so that it may change
            over time. 0 derives it from sigma.
        sigma: Standard deviation of the blur in pixels; 0 derives it from the kernel. If both are 0, nothing
            is sharpened.
        amount: Weight of the added difference to the blurred image; 0 changes nothing.
        threshold: Smaller differences are not amplified; in levels of 255.
    """

    kernel: int = 5
    sigma: float = 1.0
    amount: float = 0.1
    threshold: float = 0.0

    @property
    def width(self) -> int:
        """Width of the kernel as an odd number of pixels; 0 takes OpenCV's for 8-bit images, 6 sigma + 1."""
        if self.kernel <= 0 < self.sigma:
            return min(round(self.sigma * 6 + 1) | 1, MAX_DERIVED_WIDTH)
        return max(self.kernel, 1) | 1


def sharpen(image: Tensor, how: Sharpen, mask: Tensor | None = None) -> Tensor:
    """Returns the sharpened image (3, H, W), within [0, 1]; the image itself if nothing would change.

    Args:
        image: (3, H, W), [0, 1].
        how: Kernel, sigma, amount, threshold.
        mask: (H, W), [0, 1]: 1 sharpens, 0 keeps, values between blend. None sharpens everywhere.
    """
    if how.amount == 0.0 or how.width == 1:
        return image
    blurred = blur(image, how.width, how.sigma)
    if how.threshold <= 0.0 and mask is None:
        return torch.lerp(image, blurred, -how.amount, out=blurred).clamp_(0.0, 1.0)
    detail = image - blurred
    if how.threshold > 0.0:
        detail = torch.where(detail.abs() < how.threshold / 255.0, 0.0, detail)
    if mask is not None:
        detail *= mask
    return torch.add(image, detail, alpha=how.amount).clamp_(0.0, 1.0)


def blur(image: Tensor, kernel: int, sigma: float) -> Tensor:
    """Returns the image (C, H, W) blurred by a Gaussian of `kernel` pixels, mirrored at its edges."""
    return filter_both_axes(image, gaussian_weights(kernel, sigma))


def soften(mask: Tensor, sigma: float) -> Tensor:
    """Returns the mask (1, H, W) with a soft edge: blurred by a Gaussian that ends at 2.5 sigma.

    Args:
        mask: The mask.
        sigma: Standard deviation in pixels; 0 returns the mask itself.
    """
    return blur(mask, 2 * int(2.5 * sigma + 0.5) + 1, sigma) if sigma > 0 else mask


def gaussian_weights(kernel: int, sigma: float) -> list[float]:
    """Returns the `kernel` weights of a Gaussian, summing to 1.

    For sigma <= 0 they are OpenCV's: dyadic up to 7 pixels, beyond a sigma of
    0.3 * ((kernel - 1) / 2 - 1) + 0.8.
    """
    if sigma <= 0.0 and kernel in _DYADIC:
        half = [w / 32 for w in _DYADIC[kernel]]
        return [*half, *reversed(half[:-1])]
    if sigma <= 0.0:
        sigma = 0.3 * ((kernel - 1) * 0.5 - 1.0) + 0.8
    middle = (kernel - 1) / 2
    variance = max(sigma * sigma, TINY)  # the square of a very small number is 0
    raw = [exp(-((i - middle) ** 2) / (2.0 * variance)) for i in range(kernel)]
    return [w / sum(raw) for w in raw]


def filter_both_axes(image: Tensor, weights: list[float]) -> Tensor:
    """Returns the image (C, H, W) filtered along both axes by symmetric weights, mirrored at its edges."""
    if opencv.is_shared(image):
        return opencv.filter_both_axes(image, weights)
    return filter_axis(filter_axis(image, weights, 1), weights, 2)


def filter_axis(image: Tensor, weights: list[float], axis: int) -> Tensor:
    """Returns the image filtered along one axis by symmetric weights; each pair costs one addition."""
    size, reach = image.shape[axis], len(weights) // 2
    padded = mirror_pad(image, reach, axis)
    result = padded.narrow(axis, reach, size) * weights[reach]
    for offset in range(1, reach + 1):
        for start in (reach - offset, reach + offset):
            result.add_(padded.narrow(axis, start, size), alpha=weights[reach - offset])
    return result


def mirror_pad(image: Tensor, reach: int, axis: int) -> Tensor:
    """Returns the image (C, H, W) padded by `reach` at both ends of an axis, mirrored about its edge pixels.

    An image smaller than the reach is mirrored repeatedly.
    """
    size = image.shape[axis]
    if reach < size:
        pads = (0, 0, reach, reach) if axis == 1 else (reach, reach, 0, 0)
        return functional.pad(image.unsqueeze(0), pads, mode="reflect").squeeze(0)
    index = torch.arange(-reach, size + reach, device=image.device).abs_()
    period = max(2 * (size - 1), 1)
    index = torch.remainder(index, period)
    return image.index_select(axis, torch.minimum(index, period - index).clamp_(0, size - 1))
