"""Colour coherence: a picture takes over the colours of a reference, channel by channel.

Histograms are matched in float: an idle match changes nothing, so hundreds of frames neither band nor drift.
"""

from dataclasses import dataclass
from enum import Enum

import torch
from torch import Tensor

from animator.stages.colorspace import hsv_from_rgb, lab_from_rgb, luma, rgb_from_hsv, rgb_from_lab

BINS = 4096


class Coherence(str, Enum):
    """The space in which colours are matched; the values are Deforum's."""

    NONE = "None"
    LAB = "LAB"
    HSV = "HSV"
    RGB = "RGB"


@dataclass(frozen=True)
class Palette:
    """The colours of a reference, ready to be matched to: make it once, use it for every frame.

    Attributes:
        space: Where the histograms were taken.
        quantiles: (3, BINS) float32: for the middle of each bin, the share of pixels below it.
    """

    space: Coherence
    quantiles: Tensor


# Where the channels of each space lie: (lowest, highest) a channel.
_RANGES = {
    Coherence.LAB: ((0.0, 100.0), (-128.0, 128.0), (-128.0, 128.0)),
    Coherence.HSV: ((0.0, 1.0),) * 3,
    Coherence.RGB: ((0.0, 1.0),) * 3,
}
_INTO = {Coherence.LAB: lab_from_rgb, Coherence.HSV: hsv_from_rgb}
_BACK = {Coherence.LAB: rgb_from_lab, Coherence.HSV: rgb_from_hsv}


def match_color(picture: Tensor, reference: Tensor, space: Coherence) -> Tensor:
    """The picture (3, H, W) with the reference's histogram in each channel of a colour space.

    Args:
        picture: (3, H, W), [0, 1].
        reference: (3, h, w), [0, 1], of any size, on the same device.
        space: `Coherence.NONE` returns the picture itself.
    """
    if space is Coherence.NONE:
        return picture
    return match_palette(picture, palette_of(reference, space))


def palette_of(reference: Tensor, space: Coherence) -> Palette:
    """The palette of a reference (3, h, w) in a space other than `NONE`."""
    levels = _bins(_channels(reference, space), space)
    return Palette(space, _bridged(*_middles(levels)))


def match_palette(picture: Tensor, palette: Palette) -> Tensor:
    """The picture (3, H, W), [0, 1], with the histogram of a palette in each channel.

    Each channel value moves by what its bin moves: v + shift[bin(v)]. A bin moves to where the palette has
    the same quantile, found by linear interpolation. A flat picture takes the palette's median.
    """
    channels = _channels(picture, palette.space)
    levels = _bins(channels, palette.space)
    quantiles, _ = _middles(levels)
    target = _inverse(palette.quantiles, quantiles)
    shift = target - torch.arange(BINS, device=picture.device, dtype=torch.float32)
    moved = shift.gather(1, levels).view_as(channels)
    for plane, (low, high) in zip(moved, _RANGES[palette.space], strict=True):
        plane.mul_((high - low) / BINS)
    moved += channels
    back = _BACK.get(palette.space)
    return back(moved) if back else moved.clamp_(0.0, 1.0)


def grayscale(picture: Tensor) -> Tensor:
    """The picture (3, H, W) without colour: Rec. 601 luma in all three channels."""
    return luma(picture).expand(3, -1, -1).contiguous()


def _channels(picture: Tensor, space: Coherence) -> Tensor:
    into = _INTO.get(space)
    return into(picture) if into else picture


def _bins(channels: Tensor, space: Coherence) -> Tensor:
    """The bin (3, H * W), int64, of each channel value."""
    scaled = torch.empty_like(channels)
    for out, plane, (low, high) in zip(scaled, channels, _RANGES[space], strict=True):
        torch.mul(plane, BINS / (high - low), out=out)
        if low:
            out.sub_(low * BINS / (high - low))
    return scaled.clamp_(0, BINS - 1).to(torch.int64).flatten(1)


def _middles(levels: Tensor) -> tuple[Tensor, Tensor]:
    """For each bin the share of pixels up to its middle (3, BINS), and which bins hold any."""
    counts = torch.zeros((3, BINS), device=levels.device, dtype=torch.float32)
    counts.scatter_add_(1, levels, torch.ones((), device=levels.device).expand(levels.shape))
    return (counts.cumsum(1) - counts / 2) / levels.shape[1], counts > 0


def _bridged(quantiles: Tensor, held: Tensor) -> Tensor:
    """The quantiles (3, BINS) rising straight across empty bins, from one bin that holds pixels to the next.

    Left flat there, matching to a reference of 8-bit levels would band the picture to those levels.
    """
    index = torch.arange(BINS, device=held.device).expand_as(held)
    before = torch.where(held, index, -1).cummax(1).values
    after = torch.where(held, index, BINS).flip(1).cummin(1).values.flip(1)
    inside = (before >= 0) & (after < BINS)
    left, right = before.clamp_min(0), after.clamp_max(BINS - 1)
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (index - left) / (right - left).clamp_min(1)
    return torch.where(inside, low + (high - low) * part, quantiles)


def _inverse(quantiles: Tensor, wanted: Tensor) -> Tensor:
    """The fractional bin (3, n) at which rising quantiles (3, BINS) reach the wanted ones (3, n)."""
    right = torch.searchsorted(quantiles, wanted).clamp_(1, BINS - 1)
    left = right - 1
    low, high = quantiles.gather(1, left), quantiles.gather(1, right)
    part = (wanted - low) / (high - low).clamp_min(1e-12)
    return left + part.clamp_(0.0, 1.0)
