"""Deforum's unsharp mask in 8 bits: fixed-point blur, a threshold that wraps around, a mask that adds."""

import torch
from torch import Tensor

from animator.images.sharpen import Sharpen, filter_both_axes, gaussian_weights

_ONE = 256


def deforum_sharpen(image: Tensor, how: Sharpen, mask: Tensor | None = None) -> Tensor:
    """Returns the image (3, H, W), in steps of 1/255, sharpened as the Deforum extension 3.0 does.

    Args:
        image: (3, H, W), [0, 1].
        how: Kernel, sigma, amount and threshold. The threshold is compared with the difference modulo 256,
            so that it protects only pixels brighter than their surroundings.
        mask: (H, W), [0, 1]. Where it is neither 0 nor 1 the sharpened and the plain image are added.
    """
    if how.amount == 0.0:
        return image
    levels = (image * 255.0).round_()
    blurred = blur_levels(levels, how.width, how.sigma)
    result = torch.sub(levels * (how.amount + 1.0), blurred, alpha=how.amount).round_().clamp_(0.0, 255.0)
    if how.threshold > 0.0:
        protected = torch.remainder(levels - blurred, 256.0) < how.threshold
        result = torch.where(protected, levels, result)
    if mask is not None:
        weight = (mask * 255.0).round_()
        result = (result * (weight > 0.0)).add_(levels * (weight < 255.0)).clamp_(0.0, 255.0)
    return result.div_(255.0)


def blur_levels(levels: Tensor, kernel: int, sigma: float) -> Tensor:
    """Returns the levels (C, H, W) blurred by OpenCV's 8-bit Gaussian: weights in 1/256, rounded once.

    All sums stay below 2^24 and are therefore exact in float32.
    """
    weights = [float(w) for w in fixed_weights(kernel, sigma)]
    total = filter_both_axes(levels, weights)
    return total.div_(_ONE * _ONE).add_(0.5).floor_()


def fixed_weights(kernel: int, sigma: float) -> list[int]:
    """Returns integer Gaussian weights that sum to 256; rounding errors carry over toward the middle."""
    exact, half = gaussian_weights(kernel, sigma), kernel // 2
    side, carried = [], 0.0
    for weight in exact[:half]:
        wanted = weight * _ONE + carried
        side.append(round(wanted))
        carried = wanted - side[-1]
    return [*side, _ONE - 2 * sum(side), *reversed(side)]
