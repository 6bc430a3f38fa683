"""Where the tiles of a result are read in the source, in pixels; centers of pixels are whole numbers."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from animator.images.camera import Matrix
from animator.images.grid import pixel_axes

_WIDEST = 2048
_SHORT_ROW = 384
"""A row of so many pixels takes twice as long to copy as one of a long row does, pixel by pixel."""
_AROUND = 6
"""Pixels that are read around the positions of a tile, in both directions together."""
_LEAST_DEPTH = 1e-3
"""A matrix whose third coordinate comes closer to 0 within the image has its horizon there."""

Row = tuple[float, float, float]


class Tile(NamedTuple):
    """Rows and columns of the result: from `top` and `left` up to before `bottom` and `right`."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.bottom - self.top, self.right - self.left

    def of(self, planes: Tensor) -> Tensor:
        """Returns the part of planes (..., H, W) that the tile covers."""
        return planes[..., self.top : self.bottom, self.left : self.right]

    def halves(self) -> tuple["Tile", "Tile"]:
        """Returns the tile cut across its longer side."""
        top, bottom, left, right = self
        if right - left >= bottom - top:
            middle = (left + right) // 2
            return Tile(top, bottom, left, middle), Tile(top, bottom, middle, right)
        middle = (top + bottom) // 2
        return Tile(top, middle, left, right), Tile(middle, bottom, left, right)


class Bounds(NamedTuple):
    """The smallest and the largest position that is read along each axis; not a number where one is not."""

    left: float
    right: float
    top: float
    bottom: float


_UNKNOWN = Bounds(float("nan"), float("nan"), float("nan"), float("nan"))


class Positions(Protocol):
    """Where each pixel of a result is read."""

    def bounds(self, tile: Tile) -> Bounds:
        """Returns what a tile's positions lie between, at least."""

    def matrix(self, tile: Tile, origin: tuple[int, int]) -> list[Row] | None:
        """Returns the matrix (3, 3) that makes the positions of a tile, or None if no regular one does.

        Args:
            tile: Its first pixel is the matrix's origin.
            origin: The pixel (x, y) of the source from which positions count.
        """

    def write(self, tile: Tile, origin: tuple[int, int], at: Tensor) -> None:
        """Writes a tile's positions (2, h, w), x and y, float32, from a pixel (x, y) of the source."""


class MatrixPositions:
    """Positions that a matrix (3, 3) of pixel positions makes."""

    def __init__(self, src_from_dst: Matrix, size: tuple[int, int]) -> None:
        """Takes the matrix, and the size (h, w) of the result."""
        across, down, away = src_from_dst.tolist()
        self._rows: tuple[Row, Row, Row] = across, down, away
        self._is_affine = tuple(away) == (0.0, 0.0, 1.0)
        corners = [(x, y) for x in (0, size[1]) for y in (0, size[0])]
        self._has_horizon = min(away[0] * x + away[1] * y + away[2] for x, y in corners) < _LEAST_DEPTH
        self._x, self._y = pixel_axes(*size, "cpu")

    def bounds(self, tile: Tile) -> Bounds:
        """See `Positions`."""
        if self._has_horizon:
            return _UNKNOWN
        top, bottom, left, right = tile
        corners = [(x, y) for x in (left, right - 1) for y in (top, bottom - 1)]
        x, y, depth = ([by_x * x + by_y * y + first for x, y in corners] for by_x, by_y, first in self._rows)
        if not self._is_affine:
            x = [across / away for across, away in zip(x, depth, strict=True)]
            y = [down / away for down, away in zip(y, depth, strict=True)]
        return Bounds(min(x), max(x), min(y), max(y))

    def matrix(self, tile: Tile, origin: tuple[int, int]) -> list[Row] | None:
        """See `Positions`."""
        return None if self._has_horizon else self._from_tile(tile, origin)

    def write(self, tile: Tile, origin: tuple[int, int], at: Tensor) -> None:
        """See `Positions`."""
        height, width = tile.size
        columns, lines = self._x[:width], self._y[:height]
        *axes, away = self._from_tile(tile, origin)
        for (by_x, by_y, first), out in zip(axes, at, strict=True):
            torch.add(columns * by_x, lines * by_y + first, out=out)
        if not self._is_affine:
            depth = columns * away[0] + (lines * away[1] + away[2])
            at.div_(depth.masked_fill_(depth == 0.0, 1e-12) if self._has_horizon else depth)

    def _from_tile(self, tile: Tile, origin: tuple[int, int]) -> list[Row]:
        """Returns the matrix from positions in a tile to those from an origin: small ones round little."""
        across, down, away = (
            (by_x, by_y, by_x * tile.left + by_y * tile.top + first) for by_x, by_y, first in self._rows
        )
        x, y = origin
        return [
            (across[0] - x * away[0], across[1] - x * away[1], across[2] - x * away[2]),
            (down[0] - y * away[0], down[1] - y * away[1], down[2] - y * away[2]),
            away,
        ]


class GridPositions:
    """The positions of a grid (h, w, 2), normalized as for `resample.sample`."""

    def __init__(self, grid: Tensor, source: tuple[int, int]) -> None:
        """Takes the grid, and the size (H, W) of the image that is read."""
        self._grid = grid.permute(2, 0, 1)
        self._scales = source[1] / 2, source[0] / 2

    def bounds(self, tile: Tile) -> Bounds:
        """See `Positions`."""
        (left, right), (top, bottom) = (
            [(float(end) + 1.0) * scale - 0.5 for end in axis.aminmax()]
            for axis, scale in zip(tile.of(self._grid), self._scales, strict=True)
        )
        return Bounds(left, right, top, bottom)

    def matrix(self, tile: Tile, origin: tuple[int, int]) -> list[Row] | None:
        """See `Positions`."""
        return None

    def write(self, tile: Tile, origin: tuple[int, int], at: Tensor) -> None:
        """See `Positions`."""
        axes = zip(tile.of(self._grid), self._scales, origin, at, strict=True)
        for positions, scale, first, out in axes:
            torch.mul(positions, scale, out=out).add_(scale - 0.5 - first)


def tiles(size: tuple[int, int], shape: tuple[int, int]) -> Iterator[Tile]:
    """Yields the tiles (h, w) of a result of a size (H, W); those at the ends are smaller."""
    height, width = size
    for top in range(0, height, shape[0]):
        for left in range(0, width, shape[1]):
            yield Tile(top, min(top + shape[0], height), left, min(left + shape[1], width))


def band(width: int, pixels: int) -> tuple[int, int]:
    """Returns height and width of tiles of some pixels as wide as a result: long rows are quick to copy."""
    width = min(width, _WIDEST)
    return max(pixels // width, 1), width


def turned_tile(positions: MatrixPositions, width: int, pixels: int) -> tuple[int, int]:
    """Returns height and width of tiles of some pixels: a `band`, or narrower where turned ones read less."""

    def cost(shape: tuple[int, int]) -> float:
        left, right, top, bottom = positions.bounds(Tile(0, shape[0], 0, shape[1]))
        return (right - left + _AROUND) * (bottom - top + _AROUND) * (1 + _SHORT_ROW / shape[1])

    return min((band(min(width, most), pixels) for most in (_WIDEST, 512, 256)), key=cost)
