"""Contrast and color coherence: matches an image's colors to a reference, channel by channel.

Histograms are matched in float: matching an image to itself changes nothing, so hundreds of frames neither
band nor drift.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from animator.images import opencv
from animator.images.colorspace import bands, hsv_from_rgb, lab_from_rgb, luma, rgb_from_hsv_, rgb_from_lab_

BINS = 4096
_SLACK_PIXELS = 2.0
"""A bin stays where this many pixels more or less could make the difference."""


class Coherence(str, Enum):
    """Color space in which colors are matched; the values are Deforum's."""

    NONE = "none"
    LAB = "LAB"
    HSV = "HSV"
    RGB = "RGB"


@dataclass(frozen=True)
class Palette:
    """The histograms of a reference, computed once and matched to on every frame.

    Attributes:
        space: Color space of the histograms.
        quantiles: (3, BINS) float32: for the middle of each bin, the fraction of pixels below it.
    """

    space: Coherence
    quantiles: Tensor


def _copy(image: Tensor, out: Tensor) -> Tensor:
    return out.copy_(image)


def _clamp_(channels: Tensor) -> Tensor:
    return channels.clamp_(0.0, 1.0)


_FROM_RGB: Mapping[Coherence, Callable[[Tensor, Tensor], Tensor]] = {
    Coherence.LAB: lab_from_rgb,
    Coherence.HSV: hsv_from_rgb,
    Coherence.RGB: _copy,
}
_TO_RGB_: Mapping[Coherence, Callable[[Tensor], Tensor]] = {
    Coherence.LAB: rgb_from_lab_,
    Coherence.HSV: rgb_from_hsv_,
    Coherence.RGB: _clamp_,
}


def match_color(image: Tensor, reference: Tensor, space: Coherence, ignored: Tensor | None = None) -> Tensor:
    """Returns the image (3, H, W) with the reference's histogram in each channel of a color space.

    Args:
        image: (3, H, W), [0, 1].
        reference: (3, h, w), [0, 1], of any size, on the same device.
        space: `Coherence.NONE` returns the image itself.
        ignored: As for `match_palette`.
    """
    if space is Coherence.NONE:
        return image
    return match_palette(image, palette_of(reference, space), ignored)


def palette_of(reference: Tensor, space: Coherence) -> Palette:
    """Returns the palette of a reference (3, h, w) in a space other than `NONE`."""
    counts = _count_bins(_split_colors(reference, space)[1], None)
    return Palette(space, _bridge_empty_bins(_bin_quantiles(counts), counts > 0))


def match_palette(image: Tensor, palette: Palette, ignored: Tensor | None = None) -> Tensor:
    """Returns the image (3, H, W), [0, 1], with the histogram of a palette in each channel.

    Each channel value is shifted with its bin: v + shift[bin(v)]. A bin is shifted to where the palette has
    the same quantile, found by linear interpolation; it stops one bin short, and stays where a pixel or two
    could make the difference, so that rounding cannot make an image drift that matches already. A flat image
    takes the palette's median.

    Args:
        image: (3, H, W), [0, 1].
        palette: Of the reference.
        ignored: (H, W), 1 where pixels do not count, though they are matched as all others; None counts all.
    """
    channels, bins = _split_colors(image, palette.space)
    counts = _count_bins(bins, None if ignored is None else counted_pixels(ignored))
    shift = _bin_shifts(palette.quantiles, counts)
    tables = functional.pad(shift, (0, opencv.LOOKED_UP - BINS))
    for planes, indices in zip(bands(channels), bands(bins), strict=True):
        for plane, table, index in zip(planes, tables, indices, strict=True):
            plane += _look_up(table, index)
        _TO_RGB_[palette.space](planes)
    return channels


def counted_pixels(ignored: Tensor) -> Tensor:
    """Returns which pixels (H * W), bool, of an image count; all where all of them are ignored."""
    counted = (ignored < 0.5).flatten()
    return counted | ~counted.any()


def grayscale(image: Tensor) -> Tensor:
    """Returns the image (3, H, W) without color: Rec. 601 luma in all three channels."""
    return luma(image).expand(3, -1, -1).contiguous()


def contrast(image: Tensor, factor: float) -> Tensor:
    """Returns the image (3, H, W) times a factor, clamped to [0, 1]; the image itself for 1.

    In Deforum 8-bit values above 255 wrap around (250 * 1.1 becomes 19); here they saturate.
    """
    if factor == 1.0:
        return image
    return (image * factor).clamp_(0.0, 1.0)


def _split_colors(image: Tensor, space: Coherence) -> tuple[Tensor, Tensor]:
    """Returns an image's channels (3, H, W), each in [0, 1], in a space, and their bins (3, H, W), int16.

    Bins are clamped as integers, so NaN has one, too.
    """
    channels = torch.empty(image.shape, device=image.device)
    bins = torch.empty(image.shape, device=image.device, dtype=torch.int16)
    for planes, out, out_bins in zip(bands(image), bands(channels), bands(bins), strict=True):
        _FROM_RGB[space](planes, out)
        out_bins.copy_((out * BINS).clamp_(0, BINS - 1)).clamp_(0, BINS - 1)
    return channels, bins


def _look_up(table: Tensor, indices: Tensor) -> Tensor:
    """Returns the table's values (h, W) at indices (h, W), int16."""
    if indices.device.type == "cpu" and opencv.looks_up_16_bits():
        return opencv.look_up(table, indices)
    return table.index_select(0, indices.to(torch.int32).flatten()).view_as(indices)


def _count_bins(bins: Tensor, counted: Tensor | None) -> Tensor:
    """Returns the number of pixels (3, BINS), float32, in each bin; only of those `counted` (H * W), bool."""
    if bins.device.type == "cpu":
        mask = None if counted is None else counted.view(bins.shape[1:]).numpy().view(np.uint8)
        planes = bins.numpy().view(np.uint16)
        histograms = [cv2.calcHist([plane], [0], mask, [BINS], [0, BINS]).ravel() for plane in planes]
        return torch.from_numpy(np.stack(histograms))
    counts = torch.zeros((3, BINS), device=bins.device)
    weight = torch.ones((), device=bins.device) if counted is None else counted.to(torch.float32)
    for row, index in zip(counts, bins.flatten(1).to(torch.int32), strict=True):
        row.index_add_(0, index, weight.expand(len(index)))
    return counts


def _bin_quantiles(counts: Tensor) -> Tensor:
    """Returns the fraction of pixels up to each bin's middle (3, BINS), from the number in each bin."""
    return (counts.cumsum(1) - counts / 2) / counts.sum(1, keepdim=True)


def _bridge_empty_bins(quantiles: Tensor, occupied: Tensor) -> Tensor:
    """Returns the quantiles (3, BINS), interpolated linearly across empty bins.

    If they were flat there, matching to a reference of 8-bit levels would band the image to those levels.
    Below the first occupied bin and above the last they are out of range.
    """
    index = torch.arange(BINS, device=occupied.device).expand_as(occupied)
    before = torch.where(occupied, index, -1).cummax(1).values
    after = torch.where(occupied, index, BINS).flip(1).cummin(1).values.flip(1)
    inside = (before >= 0) & (after < BINS)
    left, right = before.clamp_min(0), after.clamp_max(BINS - 1)
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (index - left) / (right - left).clamp_min(1)
    outside = torch.where(before < 0, -1.0, 2.0)  # out of range, so never matched
    return torch.where(inside, low + (high - low) * part, outside)


def _bin_shifts(quantiles: Tensor, counts: Tensor) -> Tensor:
    """Returns the shift (3, BINS), as a fraction of the range, of each bin to its quantile in a palette.

    Args:
        quantiles: Of the palette.
        counts: The image's number of pixels (3, BINS) in each bin.
    """
    wanted, slack = _bin_quantiles(counts), _SLACK_PIXELS / counts.sum(1, keepdim=True)
    here = torch.arange(BINS, device=wanted.device, dtype=torch.float32).expand_as(wanted)
    both = torch.cat((wanted - slack, wanted + slack), 1).clamp_(0.0, 1.0)
    low, high = _find_quantiles(quantiles, both).chunk(2, 1)
    return here.clamp(low - 1.0, high + 1.0).sub_(here).mul_(1 / BINS)


def _find_quantiles(quantiles: Tensor, wanted: Tensor) -> Tensor:
    """Returns the fractional bin (3, n) at which rising quantiles (3, BINS) reach the wanted ones (3, n)."""
    if wanted.device.type == "cpu":
        index = np.arange(BINS)
        rows = zip(wanted.numpy(), quantiles.numpy(), strict=True)
        return torch.from_numpy(np.stack([np.interp(*row, index) for row in rows])).to(torch.float32)
    right = torch.searchsorted(quantiles, wanted).clamp_(1, BINS - 1)
    left = right - 1
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (wanted - low) / (high - low).clamp_min(1e-12)
    return left + part.clamp_(0.0, 1.0)
