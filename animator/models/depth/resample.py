"""Resizing that matches OpenCV's: bicubic, including its rounding, and by areas.

torch's bicubic is the same function but samples at positions up to 1e-4 pixels off, which dpt-hybrid
amplifies to a visible difference from its official output.
"""

import torch
from torch import Tensor

from animator.images.side_stream import to_device

SHARPNESS = -0.75  # Keys' parameter (IEEE ASSP 29, 1981), as OpenCV and torch have it


def cubic(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns images (N, C, H, W) resized to `size`: half-pixel centers, no antialiasing, no clamping."""
    index, weight = _taps(images.shape[-2], size[0], images)
    rows = torch.stack([images.index_select(-2, i) * w[:, None] for i, w in zip(index, weight, strict=True)])
    resized_rows = rows.sum(0)
    index, weight = _taps(images.shape[-1], size[1], images)
    columns = torch.stack([resized_rows.index_select(-1, i) * w for i, w in zip(index, weight, strict=True)])
    return columns.sum(0)


def area(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns images (N, C, H, W) resized to `size`: means of areas, or `cubic` where a side grows."""
    height, width = images.shape[-2:]
    if size[0] > height or size[1] > width:
        return cubic(images, size)
    return _shares(height, size[0], images) @ images @ _shares(width, size[1], images).T


def _shares(old: int, new: int, like: Tensor) -> Tensor:
    """Returns the share (new, old) that each old sample has in each new one."""
    edges = torch.arange(new + 1, dtype=torch.float64) * (old / new)
    left = torch.arange(old, dtype=torch.float64)
    overlap = torch.minimum(edges[1:, None], left + 1) - torch.maximum(edges[:-1, None], left)
    return (overlap.clamp_(min=0.0) * (new / old)).to(like)


def _taps(old: int, new: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the four source indices (4, new) of each new sample and their weights (4, new)."""
    position = ((torch.arange(new, dtype=torch.float64) + 0.5) * (old / new) - 0.5).float()
    first = position.floor()
    near = position - first
    far = 1 - near
    outer = [_outer(near + 1), _inner(near), _inner(far)]
    weight = torch.stack([*outer, 1 - outer[0] - outer[1] - outer[2]])
    index = (first.long() + torch.arange(-1, 3)[:, None]).clamp(0, old - 1)
    return to_device(index, like.device), to_device(weight.to(like.dtype), like.device)


def _inner(distance: Tensor) -> Tensor:
    """Returns the weight of a sample less than 1 pixel away."""
    return ((SHARPNESS + 2) * distance - (SHARPNESS + 3)) * distance * distance + 1


def _outer(distance: Tensor) -> Tensor:
    """Returns the weight of a sample 1 to 2 pixels away."""
    return ((SHARPNESS * distance - 5 * SHARPNESS) * distance + 8 * SHARPNESS) * distance - 4 * SHARPNESS
