"""Depth maps: normalizes, equalizes and stabilizes depth estimates, and turns them into distances.

Depth maps are (H, W) float32. No function synchronizes with the device: even `is_usable` returns a tensor.
"""

import torch
from torch import Tensor

from animator.images.camera import Camera

BINS = 1024
_FLAT = 0.01
"""Share of the mean deviation below which the median one says that half of a map is flat."""


def is_usable(depth: Tensor) -> Tensor:
    """Returns a scalar bool tensor: True if the map (H, W) has at least two different finite values.

    Converting it with `bool()` synchronizes with the device.
    """
    low, high = _range(depth)
    return high > low


def normalize(depth: Tensor) -> Tensor:
    """Returns the map (H, W) stretched to [0, 1]; values that are not finite, and flat maps, become 0."""
    return _stretch(depth, *_range(depth))


def equalize(depth: Tensor) -> Tensor:
    """Returns the map (H, W), [0, 1], with its 1024-bin histogram equalized: in (0, 1], order kept.

    Between the left edges of two bins the cumulative histogram rises linearly, as in Deforum.
    """
    scaled = (depth * BINS).flatten()
    bins = scaled.to(torch.int32).clamp_(0, BINS - 1)
    counts = torch.zeros(BINS, device=depth.device)
    counts.index_add_(0, bins, torch.ones((), device=depth.device).expand(bins.shape))
    cumulative = counts.cumsum(0).div_(depth.numel())
    rise = torch.diff(cumulative, append=cumulative[-1:])
    part = scaled.sub_(bins).mul_(rise.index_select(0, bins))
    return cumulative.index_select(0, bins).add_(part).view_as(depth)


def prepare_depth(depth: Tensor) -> Tensor:
    """Returns the map (H, W) stretched to [0, 1] and equalized, as Deforum prepares every depth map."""
    return equalize(normalize(depth))


def pinhole_distance(nearness: Tensor, camera: Camera) -> Tensor:
    """Returns the distances z (H, W), in the scene's unit, of nearness in [0, 1]: 1 is `near`, 0 is `far`."""
    near, far = (1.0 / z for z in camera.range_z)
    return (nearness * (near - far)).add_(far).reciprocal_()


def stabilize(depth: Tensor, last: Tensor, rounds: int = 3) -> Tensor:
    """Returns the map (H, W) scaled and shifted to fit the last frame's, so that depth does not pump.

    A robust linear fit (medians first, then least squares with Cauchy weights, so that what moved does not
    count) instead of normalizing each frame by its own extremes.

    Args:
        depth: (H, W), this frame's inverse depth, of any scale.
        last: (H, W), the last frame's stabilized map, warped along with the image.
        rounds: Number of times the fit is reweighted.

    Returns:
        (H, W), in the units of `last`; `last` itself where the map is not finite, or flat.
    """
    finite = torch.isfinite(depth)
    x = torch.where(finite, depth, torch.nan)
    fitted = _match_spread(x, last)
    for _ in range(rounds):
        error = (fitted - last).abs_()
        typical = 1.5 * _typical(error) + 1e-6
        weight = torch.where(finite, (error / typical).square_().add_(1.0).reciprocal_(), 0.0)
        fitted = _weighted_line_fit(torch.nan_to_num(x), last, weight)
    return torch.where(torch.isfinite(fitted) & finite, fitted, last)


def _match_spread(x: Tensor, y: Tensor) -> Tensor:
    """Returns the map x with the median and the typical deviation of y: right if more than half of x is."""
    off_x, off_y = x - x.nanmedian(), y - y.nanmedian()
    medians, means = (torch.stack([f(off_x.abs()), f(off_y.abs())]) for f in (torch.nanmedian, torch.nanmean))
    spreads = torch.where((medians > _FLAT * means).all(), medians, means)
    return off_x * (spreads[1] / spreads[0]) + y.nanmedian()


def _typical(size: Tensor) -> Tensor:
    """Returns the median of sizes (H, W); their mean where half of the map is flat, such as a sky."""
    median, mean = size.nanmedian(), size.nanmean()
    return torch.where(median > _FLAT * mean, median, mean)


def _weighted_line_fit(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Returns the map x fitted to y by weighted linear least squares."""
    total = weight.sum()
    mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
    off = x - mean_x
    slope = (weight * off * (y - mean_y)).sum() / (weight * off * off).sum()
    slope = torch.where(slope > 0.0, slope, torch.nan)  # a map inverted against the last one is ignored
    return off * slope + mean_y


def _range(depth: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the lowest and the highest finite value, scalars; if there is none, the lowest is above."""
    inf = torch.inf
    return (
        depth.nan_to_num(nan=inf, posinf=inf, neginf=inf).amin(),
        depth.nan_to_num(nan=-inf, posinf=-inf, neginf=-inf).amax(),
    )


def _stretch(depth: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return (depth - low).div_(high - low).nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
