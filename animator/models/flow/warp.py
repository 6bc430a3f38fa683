"""Moving images along a flow, and telling where a flow can be trusted."""

import torch
from torch import Tensor

from animator.images.grid import flow_grid
from animator.images.resample import Border, Sampling, sample


def warp_by_flow(
    image: Tensor,
    flow: Tensor,
    factor: float = 1.0,
    border: Border = Border.REPLICATE,
    sampling: Sampling = Sampling.BILINEAR,
) -> Tensor:
    """The image (3, H, W), [0, 1], moved along a flow: each pixel shows what lay `factor * flow` away.

    Args:
        image: (3, H, W).
        flow: (2, H, W), pixels. Where it is not finite nothing moves.
        factor: How far to go; 0 returns the image itself, 1 the whole way, below 0 backwards.
        border: What comes in from outside.
        sampling: How the image is read.
    """
    if factor == 0.0:
        return image
    grid = flow_grid(flow, factor)
    return sample(image, grid, border, sampling).clamp_(0.0, 1.0)


def consistency(forward: Tensor, backward: Tensor) -> Tensor:
    """Where a flow can be trusted (H, W): 1, and 0 where it is occluded, leaves the image or breaks.

    Going there with the forward flow and back with the backward one has to end near the start, and the flow
    must not change abruptly.

    Args:
        forward: (2, H, W), first to second image, pixels.
        backward: (2, H, W), second to first.

    Source:
        Sundaram et al. 2010, equations 5 and 6: |f + b|^2 < 0.01 (|f|^2 + |b|^2) + 0.5; a motion edge is
        |grad f|^2 > 0.01 |f|^2 + 0.002.
    """
    there = flow_grid(forward, -1.0)
    back = sample(backward, there, Border.REPLICATE, Sampling.BILINEAR)
    length = _length(forward)
    agrees = _length(forward + back) < 0.01 * (length + _length(back)) + 0.5
    inside = (there.abs() <= 1.0).all(-1)
    return (agrees & inside & ~motion_edges(forward)).to(forward.dtype)


def motion_edges(flow: Tensor) -> Tensor:
    """Which pixels (H, W), bool, lie where a flow (2, H, W) changes abruptly: edges of moving things."""
    across = torch.diff(flow, dim=2, append=flow[:, :, -1:])
    down = torch.diff(flow, dim=1, append=flow[:, -1:])
    return _length(across) + _length(down) > 0.01 * _length(flow) + 0.002


def _length(flow: Tensor) -> Tensor:
    """Squared length (H, W) of the vectors (2, H, W)."""
    return flow.square().sum(0)
