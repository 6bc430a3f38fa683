"""Reads an image at fractional positions with OpenCV, tile by tile of the result.

The part of the source that a tile reads is interleaved into a buffer that stays in the cache, with pixels
around the image where it reads them, and read from there. OpenCV's warps of whole images wait for the memory
more than half of their time, and take several times as long for pixels outside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from animator.images import opencv
from animator.images.camera import Matrix
from animator.images.tile_memory import PixelBuffer, PlaneBuffer, new_planes, row_length
from animator.images.tile_positions import MatrixPositions, Positions, Tile, band, tiles, turned_tile
from animator.images.tile_reach import NEAR_BORDERS, Reach, limited, reach

_TILE_PIXELS = 128 * 512
_SMALL_PIXELS = 64 * 64
_MOST_PIXELS = 3 * _TILE_PIXELS
"""A tile that reads a larger part of the source is cut in two; a small one reads from the whole image."""


@dataclass(frozen=True)
class Kernel:
    """A kernel of which an interpolation consists.

    Attributes:
        interpolation: `opencv.LINEAR` or `opencv.CUBIC`.
        share: Its weight in the result, if it is the second one.
        is_eased: Whether positions are eased toward pixel centers first, which makes linear Hermite.
    """

    interpolation: int
    share: float = 1.0
    is_eased: bool = False


@dataclass(frozen=True)
class Reading:
    """How an image is read.

    Attributes:
        kernels: One or two; the second one's result is blended into the first one's by its share.
        border: OpenCV's number of the border mode.
        is_clamped: Whether the result is limited to [0, 1].
    """

    kernels: Sequence[Kernel]
    border: int
    is_clamped: bool


def read_tiles(image: Tensor, size: tuple[int, int], positions: Positions, reading: Reading) -> Tensor:
    """Returns the image (C, H, W), one that `opencv.can_read`, read at positions: (C, *size)."""
    return _Reader(image, positions, reading).read(tiles(size, band(size[1], _TILE_PIXELS)), size)


def warp_tiles(image: Tensor, src_from_dst: Matrix, reading: Reading) -> Tensor:
    """Returns the image (C, H, W), one that `opencv.can_read`, warped by a matrix (3, 3) of pixels."""
    size = image.shape[-2], image.shape[-1]
    positions = MatrixPositions(src_from_dst, size)
    shape = turned_tile(positions, size[1], _TILE_PIXELS)
    return _Reader(image, positions, reading).read(tiles(size, shape), size)


def eased(position: Tensor) -> Tensor:
    """Returns positions in pixels, eased toward the nearer pixel center: bilinear there is Hermite."""
    pixel = position.floor()
    part = position - pixel
    return pixel.addcmul_(torch.rsub(part, 3.0, alpha=2.0), part.mul_(part))


class _Reader:
    """Reads tiles of one image, through memory that each tile overwrites."""

    def __init__(self, image: Tensor, positions: Positions, reading: Reading) -> None:
        planes = list(image.contiguous().numpy())
        self._count = len(planes)
        self._size = image.shape[-2], image.shape[-1]
        self._positions = positions
        self._border = reading.border
        self._is_clamped = reading.is_clamped
        self._kernels = [_KernelReader(kernel, planes, reading.border) for kernel in reading.kernels]
        self._warps = len(reading.kernels) == 1 and not reading.kernels[0].is_eased and opencv.warps_exactly()
        self._at = torch.empty(2 * _TILE_PIXELS)

    def read(self, parts: Iterable[Tile], size: tuple[int, int]) -> Tensor:
        """Returns the result (C, *size), which tiles cover."""
        result = new_planes(self._count, *size)
        for tile in parts:
            self.read_into(result, tile)
        return result

    def read_into(self, result: Tensor, tile: Tile) -> None:
        """Writes a tile of the result (C, h, w)."""
        low_x, high_x, low_y, high_y = self._positions.bounds(tile)
        columns = reach(low_x, high_x, self._size[1], self._border)
        rows = reach(low_y, high_y, self._size[0], self._border)
        if rows.length * row_length(columns.length) > _MOST_PIXELS:
            if self._reads_less_in_halves(tile, rows, columns):
                for half in tile.halves():
                    self.read_into(result, half)
                return
            rows, columns = Reach(0, self._size[0], rows.is_far), Reach(0, self._size[1], columns.is_far)
        matrix = None
        if self._warps and not (rows.is_far or columns.is_far):
            matrix = self._positions.matrix(tile, (columns.first, rows.first))
        if matrix is not None:
            reads = [self._kernels[0].warp(tile, np.array(matrix), rows, columns)]
        else:
            at = self._positions_in(tile, rows, columns)
            reads = [kernel.remap(at, rows, columns) for kernel in self._kernels]
        self._write(reads, tile.of(result))

    def _reads_less_in_halves(self, tile: Tile, rows: Reach, columns: Reach) -> bool:
        height, width = tile.size
        # Border modes that repeat pixels from anywhere make even the smallest tile read all along an axis.
        is_part = rows.length < self._size[0] and columns.length < self._size[1]
        return height * width > _SMALL_PIXELS and (is_part or self._border in NEAR_BORDERS)

    def _positions_in(self, tile: Tile, rows: Reach, columns: Reach) -> Tensor:
        """Returns the positions (2, h, w) of a tile in a part of the image."""
        height, width = tile.size
        at = self._at[: 2 * height * width].view(2, height, width)
        self._positions.write(tile, (columns.first, rows.first), at)
        for axis, along, size in ((0, columns, self._size[1]), (1, rows, self._size[0])):
            if along.is_far:
                limited(at[axis], along.first, size, self._border)
        return at

    def _write(self, reads: list[opencv.Pixels], result: Tensor) -> None:
        """Blends, clamps and writes what the kernels read, pixels (h, w, c), to planes (C, h, w)."""
        if len(reads) == 1:
            if self._is_clamped:
                torch.from_numpy(reads[0]).clamp_(0.0, 1.0)
            spare = self._kernels[0].spare_planes(result.shape[-2:])
            cv2.split(reads[0], [*result.numpy(), *spare])
            return
        blend, *others = (kernel.split(read) for kernel, read in zip(self._kernels, reads, strict=True))
        for kernel, other in zip(self._kernels[1:], others, strict=True):
            blend.lerp_(other, kernel.share)
        if self._is_clamped:
            torch.clamp(blend, 0.0, 1.0, out=result)
        else:
            result.copy_(blend)


class _KernelReader:
    """Reads tiles from the planes (H, W) of an image with one kernel."""

    def __init__(self, kernel: Kernel, planes: list[opencv.Pixels], border: int) -> None:
        self.share = kernel.share
        self._kernel = kernel
        self._border = border
        self._count = len(planes)
        # OpenCV reads four channels linearly in less than half the time of three.
        channels = 4 if kernel.interpolation == opencv.LINEAR and len(planes) > 1 else len(planes)
        self._planes = planes + planes[:1] * (channels - len(planes))
        self._source = PixelBuffer(_MOST_PIXELS, channels)
        self._read = PixelBuffer(_TILE_PIXELS, channels)
        self._split = PlaneBuffer(_TILE_PIXELS, channels)
        self._whole: opencv.Pixels | None = None

    def warp(self, tile: Tile, src_from_tile: Matrix, rows: Reach, columns: Reach) -> opencv.Pixels:
        """Returns a tile's pixels, warped by a matrix (3, 3)."""
        read = self._read.shaped(*tile.size)
        source = self._pixels(rows, columns)
        opencv.warp(source, src_from_tile, read, self._kernel.interpolation, self._border)
        return read

    def remap(self, at: Tensor, rows: Reach, columns: Reach) -> opencv.Pixels:
        """Returns the pixels that are read at positions (2, h, w)."""
        read = self._read.shaped(*at.shape[1:])
        x, y = eased(at) if self._kernel.is_eased else at
        opencv.remap(self._pixels(rows, columns), x, y, read, self._kernel.interpolation, self._border)
        return read

    def split(self, read: opencv.Pixels) -> Tensor:
        """Returns the planes (C, h, w) of pixels."""
        return self._split.split(read)[: self._count]

    def spare_planes(self, size: Sequence[int]) -> list[opencv.Pixels]:
        """Returns planes (h, w) for the channels that the image lacks."""
        return self._split.shaped(*size)[self._count :]

    def _pixels(self, rows: Reach, columns: Reach) -> opencv.Pixels:
        """Returns the pixels of a part of the image, and around it."""
        size = rows.length * row_length(columns.length)
        if size <= _MOST_PIXELS:
            return self._source.interleave(self._planes, rows, columns, self._border)
        if self._whole is None:
            whole = PixelBuffer(size, self._source.channels)
            self._whole = whole.interleave(self._planes, rows, columns, self._border)
        return self._whole
