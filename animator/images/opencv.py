"""OpenCV's filter, remap and tables on tensors in the CPU's memory, which they share: faster than PyTorch's.

Filters differ from PyTorch's in the last bits, by 1e-7, and interpolation by 2e-6; tables are exact.
"""

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.camera import Matrix

Pixels = NDArray[np.float32]

LINEAR: int = cv2.INTER_LINEAR
CUBIC: int = cv2.INTER_CUBIC
"""Keys' kernel with a = -0.75, as PyTorch's."""
LOOKED_UP = 65536
"""Size of the tables of `look_up`."""
_MOST_CHANNELS = 4
_SMALLEST = 8
"""Smallest side of an image, in pixels: mirroring positions never ends in OpenCV on an image of one pixel."""
_LARGEST = 32766
"""Largest side of an image, in pixels, that OpenCV remaps."""


def is_shared(image: Tensor) -> bool:
    """Returns True if OpenCV can use the tensor's memory: float32 on the CPU, without gradients."""
    return image.device.type == "cpu" and image.dtype == torch.float32 and not image.requires_grad


def can_remap(image: Tensor, grid: Tensor) -> bool:
    """Returns True if an image (C, H, W) can be read at the positions of a grid (h, w, 2), exactly."""
    return is_shared(grid) and can_read(image, grid.shape[:2])


def can_read(image: Tensor, size: Sequence[int]) -> bool:
    """Returns True if `remap` takes an image (C, H, W), for a result of a size (h, w), and is exact here."""
    channels, *source = image.shape
    fits = 0 < channels <= _MOST_CHANNELS and min(source) >= _SMALLEST and min(size) > 0
    is_small = max(*source, *size) <= _LARGEST
    return fits and is_small and is_shared(image) and _remaps_exactly()


def filter_both_axes(image: Tensor, weights: Sequence[float]) -> Tensor:
    """Returns the image (C, H, W) filtered along both axes by symmetric weights, mirrored at its edges."""
    kernel = np.array(weights, dtype=np.float32)
    result = torch.empty(image.shape)
    for plane, out in zip(image.contiguous().numpy(), result.numpy(), strict=True):
        cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel, dst=out, borderType=cv2.BORDER_REFLECT_101)
    return result


def remap(pixels: Pixels, x: Tensor, y: Tensor, result: Pixels, interpolation: int, border: int) -> None:
    """Writes pixels (h, w, C) read at positions x and y (h, w), in pixels.

    Args:
        pixels: (H, W, C).
        x: Columns; whole numbers are pixel centers.
        y: Rows.
        result: (h, w, C).
        interpolation: `LINEAR` or `CUBIC`.
        border: OpenCV's number of the border mode.
    """
    cv2.remap(pixels, x.numpy(), y.numpy(), interpolation, dst=result, borderMode=border)


def warp(pixels: Pixels, src_from_dst: Matrix, result: Pixels, interpolation: int, border: int) -> None:
    """Writes pixels (h, w, C) warped by a matrix (3, 3) between pixel positions; see `remap`."""
    size = result.shape[1], result.shape[0]
    flags = interpolation | cv2.WARP_INVERSE_MAP
    if src_from_dst[2].tolist() == [0.0, 0.0, 1.0]:
        cv2.warpAffine(pixels, src_from_dst[:2], size, dst=result, flags=flags, borderMode=border)
    else:
        cv2.warpPerspective(pixels, src_from_dst, size, dst=result, flags=flags, borderMode=border)


@cache
def warps_exactly() -> bool:
    """Returns True if `warp` does not round positions to fractions of a pixel."""
    affine = np.array([[0.002, 0.0, 7.0], [0.0, 0.0, 7.3], [0.0, 0.0, 1.0]])
    in_space = affine.copy()
    in_space[2, 1] = 1e-6

    def is_exact(matrix: Matrix) -> bool:
        return _is_smooth(lambda ramp, read, kind: warp(ramp, matrix, read, kind, cv2.BORDER_REPLICATE))

    return is_exact(affine) and is_exact(in_space)


def look_up(table: Tensor, indices: Tensor) -> Tensor:
    """Returns the values (h, W) of a table (LOOKED_UP,), float32, at indices (h, W), int16, not negative."""
    found = cv2.LUT(indices.numpy().view(np.uint16), table.numpy().reshape(1, -1))
    return torch.from_numpy(found).view_as(indices)


@cache
def looks_up_16_bits() -> bool:
    """Returns True if OpenCV has `look_up`, as versions 4.13 and 5 do."""
    try:
        look_up(torch.zeros(LOOKED_UP), torch.zeros((1, 1), dtype=torch.int16))
    except cv2.error:
        return False
    return True


@cache
def _remaps_exactly() -> bool:
    """Returns True unless OpenCV rounds positions to 1/32 of a pixel, as it does before version 5."""
    x = torch.linspace(7.0, 7.03, 16).expand(16, 16).contiguous()
    y = torch.full_like(x, 7.3)
    return _is_smooth(lambda ramp, read, kind: remap(ramp, x, y, read, kind, cv2.BORDER_REPLICATE))


def _is_smooth(read_into: Callable[[Pixels, Pixels, int], None]) -> bool:
    """Returns True if a way to read a ramp from left to right reads a larger value at each pixel."""
    ramp = np.zeros((16, 16, 4), dtype=np.float32) + np.arange(16, dtype=np.float32)[:, None]
    read = np.empty_like(ramp)
    for kind in (LINEAR, CUBIC):
        read_into(ramp, read, kind)
        if not (np.diff(read, axis=1) > 0.0).all():
            return False
    return True
