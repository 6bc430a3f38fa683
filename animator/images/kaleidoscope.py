"""Symmetry: mirrored halves, and segments around a center as in a kaleidoscope."""

from math import cos, pi, radians, sin

import torch
from torch import Tensor

from animator.images.grid import pixel_axes
from animator.images.resample import Border, Sampling, sample_colors


def mirrored(image: Tensor, axis: int, *, from_end: bool) -> Tensor:
    """Returns the image (3, H, W), one half of which is the exact mirror image of the other.

    The row or column in the middle of an odd size stays.

    Args:
        image: (3, H, W).
        axis: 1 mirrors top and bottom, 2 left and right.
        from_end: True keeps the bottom or right half, False the top or left one.
    """
    size = image.shape[axis]
    half, middle = size // 2, size % 2
    start = half if from_end else 0
    kept = image.narrow(axis, start, half + middle)
    reflected = (kept.narrow(axis, middle, half) if from_end else kept.narrow(axis, 0, half)).flip(axis)
    return torch.cat((reflected, kept) if from_end else (kept, reflected), axis)


def kaleidoscope(image: Tensor, segments: int, angle_deg: float, center: tuple[float, float]) -> Tensor:
    """Returns the image (3, H, W) made of equal segments around a center, each symmetric in itself.

    Half a segment is seen as it is, from the angle on counterclockwise; all others are its mirror images.

    Args:
        image: (3, H, W), [0, 1].
        segments: Their number, at least 1.
        angle_deg: Where the first one begins, in degrees counterclockwise from the right.
        center: (x, y), as shares of width and height.
    """
    height, width = image.shape[-2:]
    x, y = pixel_axes(height, width, image.device)
    center_x, center_y = center[0] * width, center[1] * height
    right, up = x + (0.5 - center_x), (center_y - 0.5) - y
    start, period = radians(angle_deg), 2 * pi / segments
    radius = torch.hypot(right, up)
    turn = torch.remainder(torch.atan2(up, right).sub_(start), period)
    turn = torch.minimum(turn, period - turn)
    ahead, aside = radius * turn.cos(), radius * turn.sin_()
    grid = torch.empty((height, width, 2), device=image.device)
    seen_x = ahead * cos(start) - aside * sin(start)
    seen_y = ahead.mul_(sin(start)) + aside.mul_(cos(start))
    torch.mul(seen_x, 2 / width, out=grid[..., 0]).add_(center_x * 2 / width - 1)
    torch.mul(seen_y, -2 / height, out=grid[..., 1]).add_(center_y * 2 / height - 1)
    return sample_colors(image, grid, Border.REFLECT, Sampling.STEADY)
