"""Memory for tiles, which each use overwrites, so that it stays in the cache.

OpenCV writes past the cache what begins at a whole number of cache lines, as if it were not read again soon.
This memory does not begin there.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.opencv import Pixels
from animator.images.tile_reach import Reach

_CACHE_LINE = 16
"""Values of a cache line."""


def row_length(pixels: int) -> int:
    """Returns how many pixels a row of some takes in a `PixelBuffer`: whole cache lines, and one more."""
    return -(-pixels // _CACHE_LINE) * _CACHE_LINE + _CACHE_LINE


class PixelBuffer:
    """Memory for pixels (H, W, C)."""

    def __init__(self, pixels: int, channels: int) -> None:
        """Allocates it for so many pixels of so many channels."""
        self.channels = channels
        self._values = _at_cache_line(pixels * channels, 1)

    def shaped(self, height: int, width: int) -> Pixels:
        """Returns its beginning as pixels (height, width, C)."""
        return self._values[: height * width * self.channels].reshape(height, width, self.channels)

    def interleave(self, planes: list[Pixels], rows: Reach, columns: Reach, border: int) -> Pixels:
        """Returns a part of an image as pixels (H, W, C), and what is around the image if it reaches there.

        Args:
            planes: Those of the image, one for each channel.
            rows: Those of the part.
            columns: Those of the part.
            border: OpenCV's number of the border mode: one that replicates or has zeros, if any are outside.
        """
        height, width = planes[0].shape
        # Where pixels are before the image, it still begins beside a whole number of cache lines.
        start = min(columns.first, 0) % _CACHE_LINE
        memory = self.shaped(rows.length, row_length(columns.length))
        pixels = memory[:, start : start + columns.length]
        top, bottom = max(rows.first, 0), min(rows.last, height)
        left, right = max(columns.first, 0), min(columns.last, width)
        inside = pixels[top - rows.first : bottom - rows.first, left - columns.first : right - columns.first]
        cv2.merge([plane[top:bottom, left:right] for plane in planes], dst=inside)
        if inside.shape != pixels.shape:
            before = top - rows.first, left - columns.first
            _surround(pixels, inside, before, is_black=border == cv2.BORDER_CONSTANT)
        return pixels


class PlaneBuffer:
    """Memory for planes (C, H, W), each of which begins elsewhere in a cache line."""

    def __init__(self, pixels: int, channels: int) -> None:
        """Allocates it for so many planes of so many pixels."""
        self._values = torch.empty((channels, row_length(pixels) + 1))
        self._planes = list(self._values.numpy())

    def shaped(self, height: int, width: int) -> list[Pixels]:
        """Returns the beginning of each plane, as (height, width)."""
        return [plane[: height * width].reshape(height, width) for plane in self._planes]

    def split(self, pixels: Pixels) -> Tensor:
        """Returns the planes (C, H, W) of pixels (H, W, C)."""
        height, width, _ = pixels.shape
        cv2.split(pixels, self.shaped(height, width))
        return self._values[:, : height * width].view(-1, height, width)


def new_planes(count: int, height: int, width: int) -> Tensor:
    """Returns memory (count, height, width) for a result, which begins at a whole number of cache lines.

    It is NumPy's, which asks for large pages where PyTorch does not: they are quicker to get.
    """
    return torch.from_numpy(_at_cache_line(count * height * width, 0).reshape(count, height, width))


def _at_cache_line(count: int, skipped: int) -> NDArray[np.float32]:
    """Returns memory (count,) that begins some values after the beginning of a cache line."""
    memory = np.empty(count + _CACHE_LINE, dtype=np.float32)
    start = skipped + -memory.ctypes.data // memory.itemsize % _CACHE_LINE
    return memory[start : start + count]


def _surround(pixels: Pixels, inside: Pixels, before: tuple[int, int], *, is_black: bool) -> None:
    """Fills pixels (H, W, C) around a part inside, which begins after some rows and columns."""
    top, left = before
    bottom, right = top + inside.shape[0], left + inside.shape[1]
    if left:
        pixels[top:bottom, :left] = 0.0 if is_black else inside[:, :1]
    if right < pixels.shape[1]:
        pixels[top:bottom, right:] = 0.0 if is_black else inside[:, -1:]
    if top:
        pixels[:top] = 0.0 if is_black else pixels[top]
    if bottom < pixels.shape[0]:
        pixels[bottom:] = 0.0 if is_black else pixels[bottom - 1]
