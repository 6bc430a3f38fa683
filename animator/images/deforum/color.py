"""Deforum's color coherence in 8 bits: red and blue swapped, histograms of 256 levels, results truncated."""

from collections.abc import Callable

import torch
from torch import Tensor

from animator.images.color import Coherence, counted_pixels
from animator.images.deforum.hsv8 import hsv_levels_from_rgb, rgb_levels_from_hsv
from animator.images.deforum.lab8 import lab_levels_from_rgb, rgb_levels_from_lab

Conversion = Callable[[Tensor], Tensor]

_FROM_RGB: dict[Coherence, Conversion] = {
    Coherence.LAB: lab_levels_from_rgb,
    Coherence.HSV: hsv_levels_from_rgb,
}
_TO_RGB: dict[Coherence, Conversion] = {
    Coherence.LAB: rgb_levels_from_lab,
    Coherence.HSV: rgb_levels_from_hsv,
}


def deforum_match_color(
    image: Tensor, reference: Tensor, space: Coherence, ignored: Tensor | None = None
) -> Tensor:
    """Returns the image (3, H, W), in steps of 1/255, with the reference's colors, as Deforum matches them.

    Args:
        image: (3, H, W), [0, 1].
        reference: (3, h, w), [0, 1], of any size, on the same device.
        space: Of the match; Deforum passes BGR where RGB is expected.
        ignored: (H, W), 1 where pixels do not count, though they are matched as all others; None counts all.
    """
    if space is Coherence.NONE:
        return image
    from_rgb, to_rgb = _FROM_RGB.get(space, torch.clone), _TO_RGB.get(space, torch.clone)
    matched = match_levels(from_rgb(_bgr_levels(image)), from_rgb(_bgr_levels(reference)), ignored)
    return to_rgb(matched).flip(0).to(torch.float32).div_(255.0)


def match_levels(levels: Tensor, reference: Tensor, ignored: Tensor | None = None) -> Tensor:
    """Returns levels (3, H, W), int32 of 0..255, with the reference's histogram in each channel, truncated.

    Each level is mapped to where the reference's cumulative histogram has the same value, interpolated
    linearly between the levels that occur there. Integers throughout: exact up to 16 million pixels.
    The histogram of `levels` is without the pixels that are `ignored`; see `deforum_match_color`.
    """
    counted = levels if ignored is None else levels.flatten(1)[:, counted_pixels(ignored)]
    wanted = _cumulative_histogram(counted) * reference[0].numel()
    have = _cumulative_histogram(reference) * counted[0].numel()
    above = torch.searchsorted(have, wanted, right=True)
    reached = have.gather(1, (above - 1).clamp_min(0))
    below = torch.searchsorted(have, reached)
    high = above.clamp_max(255)
    low = torch.where(reached == 0, high, below)  # under the lowest level that occurs
    start, end = have.gather(1, low), have.gather(1, high)
    rise = (high - low) * (wanted - start).clamp_min(0)
    table = low + torch.where(above < 256, rise // (end - start).clamp_min(1), 0)
    return table.to(torch.int32).gather(1, levels.flatten(1).to(torch.int64)).view_as(levels)


def _bgr_levels(image: Tensor) -> Tensor:
    return (image * 255.0).round_().clamp_(0.0, 255.0).to(torch.int32).flip(0)


def _cumulative_histogram(levels: Tensor) -> Tensor:
    """Returns the number of values (3, 256), int64, at or below each level."""
    counts = torch.zeros((3, 256), device=levels.device, dtype=torch.int64)
    index = levels.flatten(1).to(torch.int64)
    return counts.scatter_add_(1, index, torch.ones_like(index)).cumsum(1)
