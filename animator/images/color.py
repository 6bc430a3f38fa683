"""Contrast, and color coherence: an image takes over the colors of a reference, channel by channel.

Histograms are matched in float: an idle match changes nothing, so hundreds of frames neither band nor drift.
"""

from dataclasses import dataclass
from enum import Enum

import torch
from torch import Tensor

from animator.images.colorspace import hsv_from_rgb, lab_from_rgb, luma, rgb_from_hsv, rgb_from_lab_

BINS = 4096
_SLACK_PIXELS = 2.0
"""How many pixels more or less in a bin are no reason to move it."""


class Coherence(str, Enum):
    """The space in which colors are matched; the values are Deforum's."""

    NONE = "none"
    LAB = "LAB"
    HSV = "HSV"
    RGB = "RGB"


@dataclass(frozen=True)
class Palette:
    """The colors of a reference, ready to be matched to: make it once, use it for every frame.

    Attributes:
        space: Where the histograms were taken.
        quantiles: (3, BINS) float32: for the middle of each bin, the share of pixels below it.
    """

    space: Coherence
    quantiles: Tensor


_INTO = {Coherence.LAB: lab_from_rgb, Coherence.HSV: hsv_from_rgb}
_BACK = {Coherence.LAB: rgb_from_lab_, Coherence.HSV: rgb_from_hsv}


def match_color(image: Tensor, reference: Tensor, space: Coherence) -> Tensor:
    """The image (3, H, W) with the reference's histogram in each channel of a color space.

    Args:
        image: (3, H, W), [0, 1].
        reference: (3, h, w), [0, 1], of any size, on the same device.
        space: `Coherence.NONE` returns the image itself.
    """
    if space is Coherence.NONE:
        return image
    return match_palette(image, palette_of(reference, space))


def palette_of(reference: Tensor, space: Coherence) -> Palette:
    """The palette of a reference (3, h, w) in a space other than `NONE`."""
    return Palette(space, _bridged(*_middles(_bins(_channels(reference, space)))))


def match_palette(image: Tensor, palette: Palette) -> Tensor:
    """The image (3, H, W), [0, 1], with the histogram of a palette in each channel.

    Each channel value moves by what its bin moves: v + shift[bin(v)]. A bin moves to where the palette has
    the same quantile, found by linear interpolation; it stops one bin short, and stays where a pixel or two
    could make the difference, so that rounding cannot set an image adrift that matches already. A flat
    image takes the palette's median.
    """
    channels = _channels(image, palette.space)
    bins = _bins(channels)
    shift = _shifts(palette.quantiles, _middles(bins)[0], slack=_SLACK_PIXELS / bins.shape[1])
    for plane, row, index in zip(channels, shift, bins, strict=True):
        plane += row.index_select(0, index).view_as(plane)
    back = _BACK.get(palette.space)
    return back(channels) if back else channels.clamp_(0.0, 1.0)


def grayscale(image: Tensor) -> Tensor:
    """The image (3, H, W) without color: Rec. 601 luma in all three channels."""
    return luma(image).expand(3, -1, -1).contiguous()


def contrast(image: Tensor, factor: float) -> Tensor:
    """The image (3, H, W) times a factor, kept within [0, 1]; the image itself for 1.

    The reference lets 8-bit values wrap around above 255 (250 * 1.1 becomes 19); here they saturate.
    """
    if factor == 1.0:
        return image
    return (image * factor).clamp_(0.0, 1.0)


def _channels(image: Tensor, space: Coherence) -> Tensor:
    """A fresh tensor (3, H, W) of the image's channels in a space, each in [0, 1]."""
    into = _INTO.get(space)
    return into(image) if into else image.clone()


def _bins(channels: Tensor) -> Tensor:
    """The bin (3, H * W), int32, of each channel value. Clamped as integers, so that NaN finds a bin too."""
    bins = torch.empty(channels.shape, device=channels.device, dtype=torch.int32)
    for plane, out in zip(channels, bins, strict=True):
        out.copy_(plane * BINS)
    return bins.clamp_(0, BINS - 1).flatten(1)


def _middles(bins: Tensor) -> tuple[Tensor, Tensor]:
    """For each bin the share of pixels up to its middle (3, BINS), and which bins hold any."""
    counts = torch.zeros((3, BINS), device=bins.device, dtype=torch.float32)
    one = torch.ones((), device=bins.device).expand(bins.shape[1])
    for row, index in zip(counts, bins, strict=True):
        row.index_add_(0, index, one)
    return (counts.cumsum(1) - counts / 2) / bins.shape[1], counts > 0


def _bridged(quantiles: Tensor, held: Tensor) -> Tensor:
    """The quantiles (3, BINS) rising straight across empty bins, from one bin that holds pixels to the next.

    Left flat there, matching to a reference of 8-bit levels would band the image to those levels. Below the
    first bin that holds any, and above the last, they are out of reach.
    """
    index = torch.arange(BINS, device=held.device).expand_as(held)
    before = torch.where(held, index, -1).cummax(1).values
    after = torch.where(held, index, BINS).flip(1).cummin(1).values.flip(1)
    inside = (before >= 0) & (after < BINS)
    left, right = before.clamp_min(0), after.clamp_max(BINS - 1)
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (index - left) / (right - left).clamp_min(1)
    outside = torch.where(before < 0, -1.0, 2.0)  # so that nothing is ever found there
    return torch.where(inside, low + (high - low) * part, outside)


def _shifts(quantiles: Tensor, wanted: Tensor, slack: float) -> Tensor:
    """By how much (3, BINS), as a part of the whole range, each bin moves to its quantile in a palette."""
    here = torch.arange(BINS, device=wanted.device, dtype=torch.float32).expand_as(wanted)
    low, high = (_inverse(quantiles, (wanted + sign * slack).clamp_(0.0, 1.0)) + sign for sign in (-1.0, 1.0))
    return here.clamp(low, high).sub_(here).mul_(1 / BINS)


def _inverse(quantiles: Tensor, wanted: Tensor) -> Tensor:
    """The fractional bin (3, n) at which rising quantiles (3, BINS) reach the wanted ones (3, n)."""
    right = torch.searchsorted(quantiles, wanted).clamp_(1, BINS - 1)
    left = right - 1
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (wanted - low) / (high - low).clamp_min(1e-12)
    return left + part.clamp_(0.0, 1.0)
