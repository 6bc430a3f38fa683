"""Reads an image at fractional positions with OpenCV, tile by tile of the result.

The part of the source that a tile reads is interleaved into a buffer that stays in the cache, and read from
there. OpenCV's warps of whole images wait for the memory more than half of their time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

import cv2
import numpy as np
import torch
from torch import Tensor

from animator.images import opencv
from animator.images.camera import Matrix
from animator.images.grid import pixel_axes

Positions = Callable[[slice, slice], tuple[Tensor, Tensor]]
"""Returns where some rows and columns of the result are read: new x and y (h, w), float32, in pixels."""

_ROWS, _COLUMNS = 64, 512
_MOST_PIXELS = 4 * _ROWS * _COLUMNS
"""A tile that reads a larger part of the source reads from the whole, which is interleaved once."""
_BEFORE, _AFTER = 2, 4
"""Pixels before and after a position's own that are copied with it; kernels read one and two."""
_NEAR_BORDERS = {cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT}
"""Border modes that repeat no pixels from further inside the image."""
_LEAST_DEPTH = 1e-3
"""A matrix whose third coordinate comes closer to 0 within the image has its horizon there."""


@dataclass(frozen=True)
class Kernel:
    """A kernel of which an interpolation consists.

    Attributes:
        interpolation: `opencv.LINEAR` or `opencv.CUBIC`.
        share: Its weight in the result.
        is_eased: Whether positions are eased toward pixel centers first, which makes linear Hermite.
    """

    interpolation: int
    share: float = 1.0
    is_eased: bool = False


@dataclass(frozen=True)
class Reading:
    """How an image is read.

    Attributes:
        kernels: One or two, whose results are added.
        border: OpenCV's number of the border mode.
        is_clamped: Whether the result is limited to [0, 1].
    """

    kernels: Sequence[Kernel]
    border: int
    is_clamped: bool


def read_tiles(image: Tensor, size: tuple[int, int], positions: Positions, reading: Reading) -> Tensor:
    """Returns the image (C, H, W), one that `opencv.can_read`, read at positions: (C, *size)."""
    result = torch.empty((len(image), *size))
    buffers = _Buffers(image, reading)
    for rows, columns in _tiles(*size):
        buffers.read_into(result[:, rows, columns], *positions(rows, columns))
    return result


def warp_tiles(image: Tensor, src_from_dst: Matrix, reading: Reading) -> Tensor:
    """Returns the image (C, H, W), one that `opencv.can_read`, warped by a matrix (3, 3) of pixels."""
    height, width = image.shape[-2:]
    if not (_is_simple(reading) and _stays_near(src_from_dst, height, width)):
        return read_tiles(image, (height, width), matrix_positions(src_from_dst), reading)
    result = torch.empty(image.shape)
    buffers = _Buffers(image, reading)
    for rows, columns in _tiles(height, width):
        buffers.warp_into(result[:, rows, columns], _from_tile(src_from_dst, rows, columns))
    return result


def matrix_positions(src_from_dst: Matrix) -> Positions:
    """Returns the positions that a matrix (3, 3) of pixel positions makes."""

    def of_tile(rows: slice, columns: slice) -> tuple[Tensor, Tensor]:
        matrix = _from_tile(src_from_dst, rows, columns)
        x, y = pixel_axes(rows.stop - rows.start, columns.stop - columns.start, "cpu")
        across, down, depth = (x * by_x + (y * by_y + first) for by_x, by_y, first in matrix.tolist())
        depth[depth == 0.0] = 1e-12
        return across.div_(depth), down.div_(depth)

    return of_tile


def eased(position: Tensor) -> Tensor:
    """Returns positions in pixels, eased toward the nearer pixel center: bilinear there is Hermite."""
    pixel = position.floor()
    part = position - pixel
    return (part * -2.0).add_(3.0).mul_(part).mul_(part).add_(pixel)


class _Buffers:
    """Reads tiles of one image, through memory that each tile overwrites."""

    def __init__(self, image: Tensor, reading: Reading) -> None:
        self._image = image.contiguous()
        self._reading = reading
        is_linear = any(kernel.interpolation == opencv.LINEAR for kernel in reading.kernels)
        # OpenCV reads four channels linearly in less than half the time of three.
        channels = 4 if is_linear and len(image) > 1 else len(image)
        self._source = opencv.PixelBuffer(min(_MOST_PIXELS, image[0].numel()), channels)
        self._reads = [opencv.PixelBuffer(_ROWS * _COLUMNS, channels) for _ in reading.kernels]
        self._spare = np.empty((channels - len(image), _ROWS, _COLUMNS), dtype=np.float32)
        self._whole: opencv.Pixels | None = None

    def read_into(self, result: Tensor, x: Tensor, y: Tensor) -> None:
        """Writes a tile (C, h, w) of the result, read at x and y (h, w), which it changes."""
        height, width = self._image.shape[-2:]
        x, columns = _within_reach(x, width, self._reading.border)
        y, rows = _within_reach(y, height, self._reading.border)
        pixels, (left, top) = self._pixels(rows, columns)
        x, y = x.sub_(left), y.sub_(top)
        kernels, reads = self._reading.kernels, [buffer.shaped(*x.shape) for buffer in self._reads]
        for kernel, read in zip(kernels, reads, strict=True):
            at = (eased(x), eased(y)) if kernel.is_eased else (x, y)
            opencv.remap(pixels, *at, read, kernel.interpolation, self._reading.border)
        if len(kernels) > 1:
            cv2.addWeighted(reads[0], kernels[0].share, reads[1], kernels[1].share, 0.0, dst=reads[0])
        self._write(reads[0], result)

    def warp_into(self, result: Tensor, src_from_tile: Matrix) -> None:
        """Writes a tile (C, h, w) of the result, warped by a matrix (3, 3), one that `_stays_near`."""
        height, width = self._image.shape[-2:]
        read = self._reads[0].shaped(*result.shape[-2:])
        x, y = _corners(src_from_tile, *result.shape[-2:])
        columns = _reach(min(x), max(x), width, self._reading.border)
        rows = _reach(min(y), max(y), height, self._reading.border)
        pixels, (left, top) = self._pixels(rows, columns)
        matrix = src_from_tile.copy()
        matrix[0] -= left * matrix[2]
        matrix[1] -= top * matrix[2]
        kernel = self._reading.kernels[0].interpolation
        opencv.warp(pixels, matrix, read, kernel, self._reading.border)
        self._write(read, result)

    def _pixels(self, rows: slice, columns: slice) -> tuple[opencv.Pixels, tuple[int, int]]:
        """Returns pixels that contain some rows and columns, and the position (x, y) of the first."""
        # Rows of whole cache lines, so that all lie as the first does in the buffer.
        left, right = columns.start // 16 * 16, -(-columns.stop // 16) * 16
        columns = slice(left, min(right, self._image.shape[-1]))
        if (columns.stop - columns.start) * (rows.stop - rows.start) <= _MOST_PIXELS:
            return self._source.interleave(self._image[:, rows, columns]), (columns.start, rows.start)
        if self._whole is None:
            whole = opencv.PixelBuffer(self._image[0].numel(), self._source.channels)
            self._whole = whole.interleave(self._image)
        return self._whole, (0, 0)

    def _write(self, read: opencv.Pixels, result: Tensor) -> None:
        if self._reading.is_clamped:
            torch.from_numpy(read).clamp_(0.0, 1.0)
        height, width = read.shape[:2]
        cv2.split(read, [*result.numpy(), *self._spare[:, :height, :width]])


def _is_simple(reading: Reading) -> bool:
    """Returns True if OpenCV's own warps do it, exactly."""
    kernel, *more = reading.kernels
    return not more and not kernel.is_eased and opencv.warps_exactly()


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Yields the rows and columns of the tiles of an image."""
    for top in range(0, height, _ROWS):
        for left in range(0, width, _COLUMNS):
            yield slice(top, min(top + _ROWS, height)), slice(left, min(left + _COLUMNS, width))


def _from_tile(src_from_dst: Matrix, rows: slice, columns: slice) -> Matrix:
    """Returns the matrix for positions in a tile, which are small, so that they hardly round."""
    matrix: Matrix = np.array(src_from_dst)
    matrix[:, 2] = src_from_dst @ (columns.start, rows.start, 1.0)
    return matrix


def _corners(matrix: Matrix, height: int, width: int) -> tuple[list[float], list[float]]:
    """Returns the positions x and y of the pixels in the corners; plain numbers are quicker for so few."""
    across, down, away = matrix.tolist()
    ends = [(x, y) for x in (0, width - 1) for y in (0, height - 1)]
    depths = [away[0] * x + away[1] * y + away[2] for x, y in ends]
    x, y = (
        [(row[0] * x + row[1] * y + row[2]) / depth for (x, y), depth in zip(ends, depths, strict=True)]
        for row in (across, down)
    )
    return x, y


def _stays_near(matrix: Matrix, height: int, width: int) -> bool:
    """Returns True if a matrix has no horizon in the image, and leaves it by no more than its size."""
    depths = matrix[2] @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    if depths.min() < _LEAST_DEPTH:
        return False
    x, y = _corners(matrix, height, width)
    return -width <= min(x) and max(x) <= 2 * width and -height <= min(y) and max(y) <= 2 * height


def _within_reach(position: Tensor, size: int, border: int) -> tuple[Tensor, slice]:
    """Returns positions along an axis of a size, those far outside folded, and the pixels that they read."""
    low, high = (float(end) for end in position.aminmax())
    if not (-size <= low and high <= 2 * size):  # also if any is not a number
        position = _folded(position, size, border)
        low, high = (float(end) for end in position.aminmax())
    return position, _reach(low, high, size, border)


def _reach(low: float, high: float, size: int, border: int) -> slice:
    """Returns the pixels along an axis of a size that positions between two read."""
    first, last = floor(low) - _BEFORE, ceil(high) + _AFTER
    if border not in _NEAR_BORDERS and (first < 0 or last > size):
        return slice(0, size)
    first = min(max(first, 0), size - 1)
    return slice(first, max(min(last, size), first + 1))


def _folded(position: Tensor, size: int, border: int) -> Tensor:
    """Returns positions folded into the image: OpenCV folds pixel by pixel, however many there are."""
    periods = {
        cv2.BORDER_WRAP: size,
        cv2.BORDER_REFLECT: 2 * size,
        cv2.BORDER_REFLECT_101: max(2 * size - 2, 1),
    }
    if border in periods:
        position = torch.remainder(position, periods[border])
    return position.nan_to_num_(0.0).clamp_(-size - 4, 2 * size + 4)
