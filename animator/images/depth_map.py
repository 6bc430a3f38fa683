"""From what a depth network says to distances: normalizing, equalizing, holding still over time.

Depth maps are (H, W) float32. Nothing here waits for the device: whether a map is usable is a tensor too.
"""

import torch
from torch import Tensor

from animator.images.camera import Camera

BINS = 1024


def is_usable(depth: Tensor) -> Tensor:
    """Returns a scalar bool tensor: whether the map (H, W) has at least two different finite values.

    Read it with `bool()` to tell the user; that waits for the device.
    """
    return _says_something(*_range(depth))


def normalize(depth: Tensor) -> Tensor:
    """Returns the map (H, W) stretched to [0, 1]; values that are not finite become 0. A flat map becomes all 0."""
    return _stretch(depth, *_range(depth))


def equalize(depth: Tensor) -> Tensor:
    """Returns the map (H, W), [0, 1], with its 1024-bin histogram made even: in (0, 1], order kept.

    Between the left edges of two bins the cumulated share rises linearly, as the reference has it.
    """
    scaled = (depth * BINS).flatten()
    bins = scaled.to(torch.int32).clamp_(0, BINS - 1)
    counts = torch.zeros(BINS, device=depth.device)
    counts.index_add_(0, bins, torch.ones((), device=depth.device).expand(bins.shape))
    share = counts.cumsum(0).div_(depth.numel())
    rise = torch.diff(share, append=share[-1:])
    part = scaled.sub_(bins).mul_(rise.index_select(0, bins))
    return share.index_select(0, bins).add_(part).view_as(depth)


def prepare_depth(depth: Tensor) -> Tensor:
    """Returns the map (H, W) stretched to [0, 1], then equalized: what the reference makes of every depth map."""
    return equalize(normalize(depth))


def pinhole_distance(share: Tensor, camera: Camera) -> Tensor:
    """Returns distances z (H, W) in the scene's unit of inverse depth in [0, 1]: 1 lies at `near`, 0 at `far`."""
    near, far = (1.0 / z for z in camera.range_z)
    return (share * (near - far)).add_(far).reciprocal_()


def stabilize(depth: Tensor, last: Tensor, rounds: int = 3) -> Tensor:
    """Returns the map (H, W) scaled and shifted to lie on the last frame's, so that scenery does not pump.

    A robust straight-line fit (from medians, then least squares with Cauchy's weights, so that what moved
    does not count) instead of normalizing each frame by its own extremes.

    Args:
        depth: (H, W), this frame's inverse depth, of any scale.
        last: (H, W), the last frame's steadied map, moved along with the image.
        rounds: How often the fit is reweighted.

    Returns:
        (H, W), in the units of `last`; `last` itself where the map is not finite or half of it is flat.
    """
    finite = torch.isfinite(depth)
    x = torch.where(finite, depth, torch.nan)
    fitted = _match_spread(x, last)
    for _ in range(rounds):
        error = (fitted - last).abs_()
        typical = 1.5 * error.nanmedian() + 1e-6
        weight = torch.where(finite, (error / typical).square_().add_(1.0).reciprocal_(), 0.0)
        fitted = _weighted_line_fit(torch.nan_to_num(x), last, weight)
    return torch.where(torch.isfinite(fitted) & finite, fitted, last)


def _match_spread(x: Tensor, y: Tensor) -> Tensor:
    """Returns the map x with the median and the median deviation of y: right wherever more than half is."""
    off_x, off_y = x - x.nanmedian(), y - y.nanmedian()
    return off_x * (off_y.abs().nanmedian() / off_x.abs().nanmedian()) + y.nanmedian()


def _weighted_line_fit(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Returns the map x on the line of weighted least squares to y."""
    total = weight.sum()
    mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
    off = x - mean_x
    slope = (weight * off * (y - mean_y)).sum() / (weight * off * off).sum()
    slope = torch.where(slope > 0.0, slope, torch.nan)  # a map that runs against the last one says nothing
    return off * slope + mean_y


def _range(depth: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the lowest and the highest finite value, scalars; the lowest above the highest where there is none."""
    inf = torch.inf
    return (
        depth.nan_to_num(nan=inf, posinf=inf, neginf=inf).amin(),
        depth.nan_to_num(nan=-inf, posinf=-inf, neginf=-inf).amax(),
    )


def _says_something(low: Tensor, high: Tensor) -> Tensor:
    return high > low


def _stretch(depth: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return (depth - low).div_(high - low).nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
