"""Cubic resizing as OpenCV does it, down to how it rounds.

torch's own bicubic is the same function but places its samples up to 1e-4 pixels elsewhere, which the hybrid
network turns into a difference that can be seen against its official output.
"""

import torch
from torch import Tensor

SHARPNESS = -0.75  # Keys' parameter (IEEE ASSP 29, 1981), as OpenCV and torch have it


def cubic(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Images (N, C, *size) of images (N, C, H, W): half-pixel centers, no antialiasing, not clipped."""
    index, weight = _taps(images.shape[-2], size[0], images)
    rows = torch.stack([images.index_select(-2, i) * w[:, None] for i, w in zip(index, weight, strict=True)])
    between = rows.sum(0)
    index, weight = _taps(images.shape[-1], size[1], images)
    columns = torch.stack([between.index_select(-1, i) * w for i, w in zip(index, weight, strict=True)])
    return columns.sum(0)


def _taps(old: int, new: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """For each new place the four old ones (4, new) and their weights (4, new)."""
    place = ((torch.arange(new, dtype=torch.float64) + 0.5) * (old / new) - 0.5).float()
    first = place.floor()
    near = place - first
    far = 1 - near
    outer = [_outer(near + 1), _inner(near), _inner(far)]
    weight = torch.stack([*outer, 1 - outer[0] - outer[1] - outer[2]])
    index = (first.long() + torch.arange(-1, 3)[:, None]).clamp(0, old - 1)
    return index.to(like.device), weight.to(like)


def _inner(distance: Tensor) -> Tensor:
    """Weight of a sample less than 1 pixel away."""
    return ((SHARPNESS + 2) * distance - (SHARPNESS + 3)) * distance * distance + 1


def _outer(distance: Tensor) -> Tensor:
    """Weight of a sample 1 to 2 pixels away."""
    return ((SHARPNESS * distance - 5 * SHARPNESS) * distance + 8 * SHARPNESS) * distance - 4 * SHARPNESS
