"""Warps images by a flow, and checks where forward and backward flow are consistent."""

from math import isfinite

import torch
from torch import Tensor

from animator.images.grid import flow_grid, pixel_axes
from animator.images.opencv import is_shared
from animator.images.resample import Border, Sampling, can_read_tiles, color_reading, sample, sample_colors
from animator.images.tile_positions import Bounds, Row, Tile
from animator.images.tiles import read_tiles

_EVEN_PX = 16.0
"""A flow that differs less has the same bounds everywhere."""


def warp_by_flow(
    image: Tensor,
    flow: Tensor,
    factor: float = 1.0,
    border: Border = Border.REPLICATE,
    sampling: Sampling = Sampling.BILINEAR,
) -> Tensor:
    """Returns the image (3, H, W) warped by a flow: pixel p gets the value at `p - factor * flow[p]`.

    Args:
        image: (3, H, W), [0, 1].
        flow: (2, H, W), pixels; values that are not finite count as 0.
        factor: Multiplier of the flow; 0 returns the image itself, negative values warp backwards.
        border: Border mode outside the image.
        sampling: Interpolation.
    """
    if factor == 0.0:
        return image
    if can_read_tiles(image, sampling) and is_shared(flow):
        size = image.shape[-2], image.shape[-1]
        return read_tiles(image, size, _FlowPositions(flow, factor), color_reading(border, sampling))
    return sample_colors(image, flow_grid(flow, factor), border, sampling)


class _FlowPositions:
    """The positions `p - factor * flow[p]`; see `tile_positions.Positions`."""

    def __init__(self, flow: Tensor, factor: float) -> None:
        ends = [float(end) for axis in flow for end in axis.aminmax()]
        is_finite = all(map(isfinite, ends))
        self._flow = flow if is_finite else torch.nan_to_num(flow, 0.0, 0.0, 0.0)
        self._factor = factor
        self._x, self._y = pixel_axes(flow.shape[-2], flow.shape[-1], flow.device)
        is_even = is_finite and max(ends[1] - ends[0], ends[3] - ends[2]) * abs(factor) < _EVEN_PX
        self._ends = ends if is_even else None

    def bounds(self, tile: Tile) -> Bounds:
        top, bottom, left, right = tile
        low_x, high_x, low_y, high_y = (self._factor * end for end in self._ends or self._ends_in(tile))
        return Bounds(
            left - max(low_x, high_x),
            right - 1 - min(low_x, high_x),
            top - max(low_y, high_y),
            bottom - 1 - min(low_y, high_y),
        )

    def matrix(self, tile: Tile, origin: tuple[int, int]) -> list[Row] | None:
        return None

    def write(self, tile: Tile, origin: tuple[int, int], at: Tensor) -> None:
        axes = self._x[tile.left : tile.right] - origin[0], self._y[tile.top : tile.bottom] - origin[1]
        for positions, shift, out in zip(axes, tile.of(self._flow), at, strict=True):
            torch.sub(positions, shift, alpha=self._factor, out=out)

    def _ends_in(self, tile: Tile) -> list[float]:
        return [float(end) for axis in tile.of(self._flow) for end in axis.aminmax()]


def consistency(forward: Tensor, backward: Tensor) -> Tensor:
    """Returns the confidence of a flow (H, W): 1, or 0 at occlusions, motion edges and outside the image.

    Following the forward flow and then the backward flow must end near the start, and the flow must not
    change abruptly.

    Args:
        forward: (2, H, W), first to second image, pixels.
        backward: (2, H, W), second to first.

    Source:
        Sundaram et al. 2010, equations 5 and 6: |f + b|^2 < 0.01 (|f|^2 + |b|^2) + 0.5; a motion edge is
        |grad f|^2 > 0.01 |f|^2 + 0.002.
    """
    grid = flow_grid(forward, -1.0)
    back = sample(backward, grid, Border.REPLICATE, Sampling.BILINEAR)
    squared_length = _squared_length(forward)
    agrees = _squared_length(forward + back) < 0.01 * (squared_length + _squared_length(back)) + 0.5
    inside = (grid.abs() <= 1.0).all(-1)
    return (agrees & inside & ~motion_edges(forward)).to(forward.dtype)


def motion_edges(flow: Tensor) -> Tensor:
    """Returns a mask (H, W), bool, of the pixels where a flow (2, H, W) changes abruptly."""
    dx = torch.diff(flow, dim=2, append=flow[:, :, -1:])
    dy = torch.diff(flow, dim=1, append=flow[:, -1:])
    return _squared_length(dx) + _squared_length(dy) > 0.01 * _squared_length(flow) + 0.002


def _squared_length(flow: Tensor) -> Tensor:
    """Returns the squared length (H, W) of the vectors (2, H, W)."""
    return flow.square().sum(0)
