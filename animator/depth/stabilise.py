"""Keeps depth from pumping: relative networks answer with another scale and shift for every picture."""

import torch
from torch import Tensor

SAMPLES = 128  # along the longer side; scale and shift need no more
ROUNDS = 5
PAIRS = (0.236, 0.382, 0.5)  # how far apart, as shares of all samples, the ends of a pair lie
# Places that differ by more than this many median deviations have moved and are not asked (Tukey 1977).
CUTOFF = 4.685 / 0.6745

Line = tuple[float, float]  # scale and shift


def aligned(depth: Tensor, previous: Tensor | None, *, strength: float = 1.0) -> Tensor:
    """Depth scaled and shifted to agree with the previous one as well as it can.

    The fit is least squares, reweighted so that what moved between the two pictures does not count. Order
    and edges stay as they are: only one factor (positive) and one addend are applied.

    Args:
        depth: (H, W), any scale.
        previous: Depth before, aligned itself, of any size; None at the start.
        strength: 0 leaves the depth alone, 1 applies the fit in full.

    Returns:
        (H, W) float32. Unchanged where there is no previous one, or where a fit says nothing (a flat map, or
        one that runs against the other).
    """
    if previous is None or strength <= 0:
        return depth
    scale, shift = scale_and_shift(depth, previous)
    scale, shift = 1 + strength * (scale - 1), strength * shift
    return depth * scale + shift


def scale_and_shift(depth: Tensor, previous: Tensor) -> Line:
    """Factor and addend that bring `depth` (H, W) to `previous` (H', W'); (1, 0) where no fit makes sense."""
    x, y = _sampled(depth, depth), _sampled(previous, depth)
    known = torch.isfinite(x) & torch.isfinite(y)
    x, y = x[known], y[known]
    fitted = _median_line(x, y)
    for _ in range(ROUNDS):
        if fitted is None:
            return 1.0, 0.0
        rest = (x * fitted[0] + fitted[1] - y).abs()
        spread = float(rest.median()) * CUTOFF
        if spread == 0:
            break
        fitted = _weighted_line(x, y, (1 - (rest / spread).square()).clamp(min=0).square())
    return fitted or (1.0, 0.0)


def _sampled(depth: Tensor, like: Tensor) -> Tensor:
    """Up to 128 x 128 values in double precision, at the same places whatever the size."""
    grid = [min(SAMPLES, n) for n in like.shape]
    rows = (torch.arange(grid[0], device=depth.device) + 0.5) * depth.shape[0] / grid[0]
    columns = (torch.arange(grid[1], device=depth.device) + 0.5) * depth.shape[1] / grid[1]
    return depth[rows.long()[:, None], columns.long()[None, :]].double().flatten()


def _median_line(x: Tensor, y: Tensor) -> Line | None:
    """The line whose slope is the median of the slopes between pairs (Sen 1968, 10.2307/2285891).

    A fifth of the picture may have moved anywhere without turning it; least squares would follow.
    """
    slopes = []
    for share in PAIRS:
        step = int(share * x.numel())
        run, rise = x.roll(step) - x, y.roll(step) - y
        apart = run != 0
        slopes.append(rise[apart] / run[apart])
    slope = torch.cat(slopes)
    if not slope.numel() or (scale := float(slope.median())) <= 0:
        return None
    return scale, float((y - scale * x).median())


def _weighted_line(x: Tensor, y: Tensor, weight: Tensor) -> Line | None:
    """The line of the weighted least squares, or None where it is flat or falling."""
    total = weight.sum()
    if total <= 0:
        return None
    mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
    spread = (weight * (x - mean_x).square()).sum()
    together = (weight * (x - mean_x) * (y - mean_y)).sum()
    if spread <= 0 or together <= 0:
        return None
    scale = together / spread
    return float(scale), float(mean_y - scale * mean_x)
