"""OpenCV's 8-bit LAB in its fixed-point arithmetic, on the image's device.

Levels are int32 tensors (3, H, W) of 0..255. Into LAB this equals OpenCV 5 for every color; back from
LAB 99 % of values are equal and none is further off than one level.

Source:
    CIE LAB and sRGB at the scales 2^12, 2^14 and 2^15 of OpenCV's imgproc module.
"""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.side_stream import to_device

Table = NDArray[np.int32]

_XYZ_FROM_RGB = ((1777, 1541, 778), (871, 2929, 296), (73, 448, 3575))  # 2^12, white point divided out
_RGB_FROM_XYZ = ((12615, -6296, -2223), (-3773, 7684, 185), (217, -836, 4715))
_ROOTS = 3072  # 1.5 * 255 * 8, rounded up: the range of the cube root's table
_CUBES = range(-8145, 36864)  # the range of a and b's contribution, at scale 2^14
_LEVELS = 4096  # linear light in the table back to sRGB


def lab_levels_from_rgb(levels: Tensor) -> Tensor:
    """Returns 8-bit LAB (3, H, W), int32, of RGB levels (3, H, W), int32."""
    linear = _look_up(_linear_table(), levels)
    roots = [_look_up(_root_table(), _descale(_dot(row, linear), 12)) for row in _XYZ_FROM_RGB]
    half = 128 << 15
    lightness = _descale(296 * roots[1] - ((16 * 255 * (1 << 15) + 50) // 100), 15)
    a = _descale(500 * (roots[0] - roots[1]) + half, 15)
    b = _descale(200 * (roots[1] - roots[2]) + half, 15)
    return torch.stack((lightness, a, b)).clamp_(0, 255)


def rgb_levels_from_lab(lab: Tensor) -> Tensor:
    """Returns RGB levels (3, H, W), int32, of 8-bit LAB (3, H, W), int32."""
    lightness, a, b = lab
    y, root = _lightness_tables()
    of_y, of_root = _look_up(y, lightness), _look_up(root, lightness)
    of_a = ((a * (5 * 53687) + (1 << 7)) >> 13) - (128 << 14) // 500
    of_b = ((b * 41943 + (1 << 4)) >> 9) - (128 << 14) // 200 + 1
    x = _look_up(_cube_table(), of_root + of_a - _CUBES.start)
    z = _look_up(_cube_table(), of_root - of_b - _CUBES.start)
    linear = [_descale(_dot(row, (x, of_y, z)), 14).clamp_(0, _LEVELS - 1) for row in _RGB_FROM_XYZ]
    return torch.stack([_look_up(_encoded_table(), plane) for plane in linear])


def _dot(row: tuple[int, int, int], planes: Tensor | tuple[Tensor, Tensor, Tensor]) -> Tensor:
    return row[0] * planes[0] + row[1] * planes[1] + row[2] * planes[2]


def _descale(value: Tensor, bits: int) -> Tensor:
    return (value + (1 << (bits - 1))) >> bits


def _look_up(table: Table, index: Tensor) -> Tensor:
    on_device = to_device(torch.from_numpy(table), index.device)
    return on_device.index_select(0, index.flatten()).view(index.shape)


@cache
def _linear_table() -> Table:
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return _to_int32(linear * 255 * 8)


@cache
def _root_table() -> Table:
    # In single precision as in OpenCV, truncated and not rounded: some entries lie that close to a half. The
    # root is taken in double because single roots differ in their last bit between processors.
    ratio = np.arange(_ROOTS, dtype=np.float32) / np.float32(255 * 8)
    cube_root = _truncate_to_float32(np.cbrt(ratio.astype(np.float64)))
    root = np.where(ratio < 0.008856, ratio * np.float32(7.787) + np.float32(16 / 116), cube_root)
    return _to_int32(root * np.float32(1 << 15))


def _truncate_to_float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Returns single-precision values, without the 29 bits that only double has."""
    return (values.view(np.int64) >> 29 << 29).view(np.float64).astype(np.float32)


@cache
def _lightness_tables() -> tuple[Table, Table]:
    """Returns Y and its root f(Y) of each 8-bit L, both at scale 2^14."""
    level, one = np.arange(256), 1 << 14
    root = (level * 100 / 255 + 16) / 116
    dark = level <= 20
    y = np.where(dark, level * 180 / (17 * 29**3), root**3)
    root = np.where(dark, 16 / 116 + level * 5 / (3 * 17 * 29), root)
    return _to_int32(one * y), _to_int32(one * root)


@cache
def _cube_table() -> Table:
    """Returns the inverse of f at scale 2^14, for every value that L, a and b can produce."""
    f, one = np.arange(_CUBES.start, _CUBES.stop, dtype=np.int64), 1 << 14
    line = np.trunc(f * 108 / 841).astype(np.int64) - int(one * 16 / 116 * 108 / 841)
    cube = (f * f // one) * f // one
    return _to_int32(np.where(f <= 3390, line, cube))


@cache
def _encoded_table() -> Table:
    linear = np.arange(_LEVELS) / (_LEVELS - 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return _to_int32(encoded * 255)


def _to_int32(values: NDArray[np.generic]) -> Table:
    return np.asarray(np.rint(values), dtype=np.int32)
