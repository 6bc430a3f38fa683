"""Contrast and color coherence: matches an image's colors to a reference, channel by channel.

Histograms are matched in float: matching an image to itself changes nothing, so hundreds of frames neither
band nor drift.
"""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import torch
from torch import Tensor

from animator.images.colorspace import hsv_from_rgb, lab_from_rgb, luma, rgb_from_hsv, rgb_from_lab_

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


_FROM_RGB = {Coherence.LAB: lab_from_rgb, Coherence.HSV: hsv_from_rgb}
_TO_RGB = {Coherence.LAB: rgb_from_lab_, Coherence.HSV: rgb_from_hsv}


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
    return Palette(space, _bridge_empty_bins(*_bin_quantiles(_bins(_channels(reference, space)))))


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
    channels = _channels(image, palette.space)
    bins = _bins(channels)
    counted = bins if ignored is None else bins[:, counted_pixels(ignored)]
    shift = _bin_shifts(palette.quantiles, _bin_quantiles(counted)[0], slack=_SLACK_PIXELS / counted.shape[1])
    for plane, row, index in zip(channels, shift, bins, strict=True):
        plane += row.index_select(0, index).view_as(plane)
    to_rgb = _TO_RGB.get(palette.space)
    return to_rgb(channels) if to_rgb else channels.clamp_(0.0, 1.0)


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


def _channels(image: Tensor, space: Coherence) -> Tensor:
    """Returns a new tensor (3, H, W) of the image's channels in a color space, each in [0, 1]."""
    convert = _FROM_RGB.get(space)
    return convert(image) if convert else image.clone()


def _bins(channels: Tensor) -> Tensor:
    """Returns the bin (3, H * W), int32, of each value; clamped as integers, so NaN has a bin, too."""
    bins = torch.empty(channels.shape, device=channels.device, dtype=torch.int32)
    scaled = torch.empty_like(channels[0])
    for plane, out in zip(channels, bins, strict=True):
        out.copy_(torch.mul(plane, BINS, out=scaled))
    return bins.clamp_(0, BINS - 1).flatten(1)


def _bin_quantiles(bins: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the fraction of pixels up to each bin's middle (3, BINS), and which bins have any."""
    counts = _count_bins(bins)
    return (counts.cumsum(1) - counts / 2) / bins.shape[1], counts > 0


def _count_bins(bins: Tensor) -> Tensor:
    """Returns the number of pixels (3, BINS), float32, in each bin."""
    if bins.device.type == "cpu":
        rows = bins.numpy().astype(np.uint16)[:, :, None]
        counted = [cv2.calcHist([row], [0], None, [BINS], [0, BINS]).ravel() for row in rows]
        return torch.from_numpy(np.stack(counted))
    counts = torch.zeros((3, BINS), device=bins.device, dtype=torch.float32)
    one = torch.ones((), device=bins.device).expand(bins.shape[1])
    for row, index in zip(counts, bins, strict=True):
        row.index_add_(0, index, one)
    return counts


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


def _bin_shifts(quantiles: Tensor, wanted: Tensor, slack: float) -> Tensor:
    """Returns the shift (3, BINS) of each bin to its quantile in a palette, as a fraction of the range."""
    here = torch.arange(BINS, device=wanted.device, dtype=torch.float32).expand_as(wanted)
    low, high = (
        _find_quantiles(quantiles, (wanted + sign * slack).clamp_(0.0, 1.0)) + sign for sign in (-1.0, 1.0)
    )
    return here.clamp(low, high).sub_(here).mul_(1 / BINS)


def _find_quantiles(quantiles: Tensor, wanted: Tensor) -> Tensor:
    """Returns the fractional bin (3, n) at which rising quantiles (3, BINS) reach the wanted ones (3, n)."""
    right = torch.searchsorted(quantiles, wanted).clamp_(1, BINS - 1)
    left = right - 1
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (wanted - low) / (high - low).clamp_min(1e-12)
    return left + part.clamp_(0.0, 1.0)
