"""Deforum's color coherence in 8 bits: red and blue swapped, histograms of 256 levels, results truncated.

On the CPU OpenCV converts colors, as it does there. On other devices the same arithmetic in tensors does,
which is a level off for a hundredth of the values in LAB, and for one in ten thousand in HSV.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.color import Coherence, counted_pixels
from animator.images.deforum.hsv8 import hsv_levels_from_rgb, rgb_levels_from_hsv
from animator.images.deforum.lab8 import lab_levels_from_rgb, rgb_levels_from_lab
from animator.images.image import Image8, to_uint8

Conversion = Callable[[Tensor], Tensor]

_FROM_RGB: dict[Coherence, Conversion] = {
    Coherence.LAB: lab_levels_from_rgb,
    Coherence.HSV: hsv_levels_from_rgb,
}
_TO_RGB: dict[Coherence, Conversion] = {
    Coherence.LAB: rgb_levels_from_lab,
    Coherence.HSV: rgb_levels_from_hsv,
}
# Deforum passes BGR where RGB is expected. Ours is RGB, so BGR is expected here to get the same.
_OPENCV_FROM = {Coherence.LAB: cv2.COLOR_BGR2LAB, Coherence.HSV: cv2.COLOR_BGR2HSV}
_OPENCV_TO = {Coherence.LAB: cv2.COLOR_LAB2BGR, Coherence.HSV: cv2.COLOR_HSV2BGR}
_FRACTIONS = np.arange(256, dtype=np.float32) / np.float32(255)


@dataclass(frozen=True, eq=False)
class LevelHistogram:
    """The histogram of a reference, computed once and matched to on every frame.

    Attributes:
        space: Color space of its channels; Deforum passes BGR where RGB is expected.
        cumulative: (3, 256) int64, the number of values at or below each level.
    """

    space: Coherence
    cumulative: Tensor


def histogram_of(reference: Tensor, space: Coherence) -> LevelHistogram:
    """Returns the histogram of a reference (3, h, w), [0, 1], in a space other than `NONE`."""
    if reference.device.type == "cpu":
        return LevelHistogram(space, _count_pixels(_opencv_levels(reference, space)).cumsum(1))
    return LevelHistogram(space, cumulative_histogram(_levels(reference, space)))


def match_histogram(image: Tensor, wanted: LevelHistogram, ignored: Tensor | None = None) -> Tensor:
    """Returns the image (3, H, W), in steps of 1/255, with a histogram, as Deforum matches them.

    Args:
        image: (3, H, W), [0, 1].
        wanted: The histogram, on the same device.
        ignored: (H, W), 1 where pixels do not count, though they are matched as all others; None counts all.
    """
    counted = None if ignored is None else counted_pixels(ignored)
    if image.device.type == "cpu":
        return _match_on_cpu(image, wanted, counted)
    levels = _levels(image, wanted.space)
    matched = match_levels(levels, wanted.cumulative, counted)
    return _TO_RGB.get(wanted.space, torch.clone)(matched).flip(0).to(torch.float32).div_(255.0)


def match_levels(levels: Tensor, wanted: Tensor, counted: Tensor | None = None) -> Tensor:
    """Returns levels (3, H, W), int32 of 0..255, with a histogram in each channel, truncated.

    Args:
        levels: (3, H, W), int32.
        wanted: (3, 256) int64, cumulative.
        counted: The pixels (H * W), bool, that count; None for all.
    """
    table = _table(cumulative_histogram(levels, counted), wanted)
    return table.to(torch.int32).gather(1, levels.flatten(1).to(torch.int64)).view_as(levels)


def _match_on_cpu(image: Tensor, wanted: LevelHistogram, counted: Tensor | None) -> Tensor:
    levels = _opencv_levels(image, wanted.space)
    mask = None if counted is None else counted.to(torch.uint8).view(image.shape[1:]).numpy()
    own = _count_pixels(levels, mask).cumsum(1)
    tables = [_interpolated(*rows) for rows in zip(own.numpy(), wanted.cumulative.numpy(), strict=True)]
    back = _OPENCV_TO.get(wanted.space)
    fractions = np.broadcast_to(_FRACTIONS, (3, 256))
    if back is None:
        rgb, fractions = levels, _FRACTIONS[np.stack(tables)]
    else:
        rgb = cv2.cvtColor(cv2.LUT(levels, np.stack(tables, -1)[:, None, :]), back)
    result = torch.empty(image.shape)
    for plane, row, out in zip(cv2.split(rgb), fractions, result.numpy(), strict=True):
        cv2.LUT(plane, row, dst=out)
    return result


def _interpolated(own: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Returns what `_table` does, of one channel (256,), in floats as numpy interpolates in Deforum.

    There a level that is a whole number may come out a little lower, and is then truncated to the one below.
    """
    occurs = np.flatnonzero(np.diff(wanted, prepend=0))
    new = np.interp(own / own[-1], wanted[occurs] / wanted[-1], occurs)
    return np.asarray(new, dtype=np.uint8)


def _table(own: Tensor, wanted: Tensor) -> Tensor:
    """Returns the new level (3, 256), int64, of each level, from two cumulative histograms (3, 256).

    Each level is mapped to where the wanted histogram has the same share of pixels, interpolated linearly
    between the levels that occur there. Integers throughout: exact up to 16 million pixels.
    """
    share, have = own * wanted[:, -1:], wanted * own[:, -1:]
    above = torch.searchsorted(have, share, right=True)
    reached = have.gather(1, (above - 1).clamp_min(0))
    below = torch.searchsorted(have, reached)
    high = above.clamp_max(255)
    low = torch.where(reached == 0, high, below)  # under the lowest level that occurs
    start, end = have.gather(1, low), have.gather(1, high)
    rise = (high - low) * (share - start).clamp_min(0)
    return low + torch.where(above < 256, rise // (end - start).clamp_min(1), 0)


def _opencv_levels(image: Tensor, space: Coherence) -> Image8:
    """Returns the channels (H, W, 3), uint8, of an image on the CPU in a color space."""
    rgb, convert = to_uint8(image), _OPENCV_FROM.get(space)
    return rgb if convert is None else np.asarray(cv2.cvtColor(rgb, convert), dtype=np.uint8)


def _levels(image: Tensor, space: Coherence) -> Tensor:
    """Returns the channels (3, H, W), int32, of an image in a color space."""
    bgr = (image * 255.0).round_().clamp_(0.0, 255.0).to(torch.int32).flip(0)
    return _FROM_RGB.get(space, torch.clone)(bgr)


def _count_pixels(levels: Image8, mask: Image8 | None = None) -> Tensor:
    """Returns the number of pixels (3, 256), int64, of each level of each channel (H, W, 3)."""
    counts = [cv2.calcHist([levels], [channel], mask, [256], [0, 256]).ravel() for channel in range(3)]
    return torch.from_numpy(np.stack(counts)).to(torch.int64)


def cumulative_histogram(levels: Tensor, counted: Tensor | None = None) -> Tensor:
    """Returns the number of values (3, 256), int64, at or below each level, of the pixels that count.

    Args:
        levels: (3, H, W), int32.
        counted: The pixels (H * W), bool, that count; None for all.
    """
    counts = torch.zeros((3, 256), device=levels.device, dtype=torch.int64)
    index = levels.flatten(1).to(torch.int64)
    ones = torch.ones_like(index) if counted is None else counted.to(torch.int64).expand_as(index)
    return counts.scatter_add_(1, index, ones).cumsum(1)
