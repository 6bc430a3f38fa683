"""Sampling grids: the position from which each output pixel is sampled, for `resample.sample`.

A grid is (H, W, 2), float32, (x, y), normalized as `grid_sample` expects with `align_corners=False`: -1 and 1
are the outer edges of the outermost pixels. Positions come in three other units, one function for each, since
converting through another unit would change the last bits: pixels whose centers are whole numbers, pixels
from the middle of the image, and UV coordinates from 0 to 1.
"""

import torch
from torch import Tensor

Device = torch.device | str


def pixel_axes(
    height: int, width: int, device: Device, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor]:
    """Returns the columns (W,) and rows (H, 1) of an image's pixels, whole numbers from 0."""
    columns = torch.arange(width, device=device, dtype=dtype)
    return columns, torch.arange(height, device=device, dtype=dtype).unsqueeze(1)


def identity_axes(height: int, width: int, device: Device) -> tuple[Tensor, Tensor]:
    """Returns x (W,) and y (H, 1) of the pixel centers, normalized."""
    x, y = pixel_axes(height, width, device)
    return x.mul_(2 / width).add_(1 / width - 1), y.mul_(2 / height).add_(1 / height - 1)


def identity_grid(height: int, width: int, device: Device) -> Tensor:
    """Returns the identity grid (H, W, 2), which samples every pixel where it is."""
    return torch.stack([axis.expand(height, width) for axis in identity_axes(height, width, device)], -1)


def flow_grid(flow: Tensor, factor: float) -> Tensor:
    """Returns the grid (H, W, 2) that warps an image along a flow.

    Args:
        flow: (2, H, W), pixels; counts as 0 where it is not finite.
        factor: Scale of the flow.
    """
    height, width = flow.shape[-2:]
    finite = torch.nan_to_num(flow, 0.0, 0.0, 0.0)
    grid = torch.empty((height, width, 2), device=flow.device)
    for axis, (identity, size) in enumerate(
        zip(identity_axes(height, width, flow.device), (width, height), strict=True)
    ):
        torch.sub(identity, finite[axis], alpha=2 * factor / size, out=grid[..., axis])
    return grid


def grid_of_pixels(x: Tensor, y: Tensor) -> Tensor:
    """Returns the grid (H, W, 2) of positions (H, W) in pixels, whole numbers at pixel centers."""
    height, width = x.shape
    return torch.stack(((2 * x + 1) / width - 1, (2 * y + 1) / height - 1), -1)


def grid_of_offsets(x: Tensor, y: Tensor) -> Tensor:
    """Returns the grid (H, W, 2) of positions (H, W) in pixels from the middle of the image."""
    height, width = x.shape
    return torch.stack((x * (2 / width), y * (2 / height)), -1)


def uv_coordinates(height: int, width: int, device: Device) -> Tensor:
    """Returns the UV coordinates (2, H, W) of the pixel centers: (x, y), each 0 to 1 across the image."""
    x, y = pixel_axes(height, width, device)
    u, v = (x + 0.5) / width, (y + 0.5) / height
    return torch.stack((u.expand(height, width), v.expand(height, width)))


def grid_of_uv(uv: Tensor) -> Tensor:
    """Returns the grid (H, W, 2) of UV coordinates (2, H, W)."""
    return uv.mul(2.0).sub_(1.0).permute(1, 2, 0)
