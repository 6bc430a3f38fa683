"""Deforum's flow warp and flow consistency check, reproduced exactly."""

import torch
from torch import Tensor

from animator.images.grid import flow_grid
from animator.images.resample import Border, Sampling, sample
from animator.images.sharpen import mirror_pad

_MARGIN = 0.25


def deforum_flow_warp(image: Tensor, flow: Tensor, factor: float) -> Tensor:
    """Returns the image warped by a flow; mirrored for a quarter of its size outside, black beyond.

    Args:
        image: (3, H, W), [0, 1].
        flow: (2, H, W), pixels.
        factor: Multiplier of the flow.
    """
    height, width = image.shape[-2:]
    left, top = int(width * _MARGIN), int(height * _MARGIN)
    canvas = mirror_pad(mirror_pad(image, top, 1), left, 2)
    scale = (width / (width + 2 * left), height / (height + 2 * top))
    grid = flow_grid(flow, factor)
    for axis in (0, 1):
        grid[..., axis] *= scale[axis]
    return sample(canvas, grid, Border.ZEROS, Sampling.BILINEAR)


def deforum_confidence(forward: Tensor, backward: Tensor) -> Tensor:
    """Returns Deforum's factor of a flow (H, W): 1, or -0.75 where forward and backward flow disagree.

    Args:
        forward: (2, H, W), pixels.
        backward: (2, H, W), pixels.
    """
    back = sample(backward, flow_grid(forward, -1.0), Border.REPLICATE, Sampling.BILINEAR)
    error = (forward + back).square().sum(0)
    tolerance = 0.01 * (forward.square().sum(0) + back.square().sum(0)) + 0.5
    return torch.where(error >= tolerance, -0.75, 1.0)


def deforum_soften(field: Tensor, sigma: float) -> Tensor:
    """Returns the field under Deforum's blur: a Gaussian truncated at one sigma, zero-padded at the edges.

    Args:
        field: (C, H, W).
        sigma: Pixels; 0 returns the field itself.
    """
    radius = int(sigma + 0.5)
    if sigma == 0.0 or radius == 0:
        return field
    x = torch.arange(-radius, radius + 1, dtype=field.dtype, device=field.device)
    weights = torch.exp(-0.5 * (x / sigma).square())
    weights /= weights.sum()
    planes = field.unsqueeze(1)
    down = torch.nn.functional.conv2d(planes, weights.view(1, 1, -1, 1), padding=(radius, 0))
    return torch.nn.functional.conv2d(down, weights.view(1, 1, 1, -1), padding=(0, radius)).squeeze(1)
