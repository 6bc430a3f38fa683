"""Tone operations on masks: stretch, contrast, equalize.

A mask is (H, W), float32 in [0, 1]. No function synchronizes with the device.
"""

import torch
from torch import Tensor

_LEVELS = 256


def stretch(mask: Tensor, low: float, high: float) -> Tensor:
    """Returns the mask stretched from its `low` to its `high` percentile; a step if they are equal.

    Args:
        mask: (H, W).
        low: Percentage of pixels, the darkest, that become 0.
        high: Percentage of pixels that stay below 1.
    """
    values = mask.flatten().sort().values
    bottom, top = (_percentile(values, percent) for percent in (low, high))
    step = (mask > bottom).to(mask.dtype)
    return torch.where(top <= bottom, step, ((mask - bottom) / (top - bottom)).clamp_(0.0, 1.0))


def contrast_about_mean(mask: Tensor, factor: float) -> Tensor:
    """Returns the mask with its contrast about the mean scaled by a factor, clamped to [0, 1]."""
    mean = mask.mean()
    return ((mask - mean) * factor + mean).clamp_(0.0, 1.0)


def equalize_mask(mask: Tensor) -> Tensor:
    """Returns the mask with its histogram equalized, as Pillow's `ImageOps.equalize` does in 256 levels.

    Between two levels the curve is linear, so that a smooth mask does not get steps.
    """
    levels = mask.clamp(0.0, 1.0) * (_LEVELS - 1)
    nearest = levels.round().long().flatten()
    counts = nearest.new_zeros(_LEVELS).scatter_add_(0, nearest, torch.ones_like(nearest))
    step = (counts.sum() - counts.index_select(0, nearest.amax(0, keepdim=True))[0]) // (_LEVELS - 1)
    below = torch.cumsum(counts, 0) - counts + step // 2
    curve = (below // step.clamp_min(1)).clamp(max=_LEVELS - 1).to(mask.dtype) / (_LEVELS - 1)
    lower = levels.floor().clamp(max=_LEVELS - 2)
    index = lower.long()
    return torch.where(step > 0, torch.lerp(curve[index], curve[index + 1], levels - lower), mask)


def _percentile(ascending: Tensor, percent: float) -> Tensor:
    position = percent / 100.0 * (len(ascending) - 1)
    lower = int(position)
    upper = min(lower + 1, len(ascending) - 1)
    return torch.lerp(ascending[lower], ascending[upper], position - lower)
