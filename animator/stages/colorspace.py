"""Conversions between RGB and the spaces that colours are matched in, on the picture's device.

A picture is (3, H, W) float32 sRGB in [0, 1]. LAB is CIELAB under D65 with L in [0, 100]; HSV is in [0, 1],
hue as a fraction of the circle. Going there and back is the identity to about 1e-6. Constants enter as
scalars and never as small tensors, which would be copied to the device and waited for.
"""

import numpy as np
import torch
from torch import Tensor

Rows = tuple[tuple[float, float, float], ...]

# IEC 61966-2-1 primaries to XYZ, each row divided by its D65 white point (0.950456, 1, 1.088754).
XYZ_FROM_RGB: Rows = (
    (0.433953, 0.376219, 0.189828),
    (0.212671, 0.715160, 0.072169),
    (0.017758, 0.109477, 0.872765),
)
_INVERSE = np.linalg.inv(np.array(XYZ_FROM_RGB)).tolist()
RGB_FROM_XYZ: Rows = tuple((r[0], r[1], r[2]) for r in _INVERSE)

# CIE 1976: f(t) is the cube root above (6/29)^3 and a line below.
_EDGE, _SLOPE, _FOOT = (6 / 29) ** 3, (29 / 6) ** 2 / 3, 4 / 29
_EDGE_F = 6 / 29
_GAMMA = 2.4


def lab_from_rgb(picture: Tensor) -> Tensor:
    """CIELAB (3, H, W) of a picture: L in [0, 100], a within [-87, 99], b within [-108, 95]."""
    x, y, z = _f(_mix(_linear(picture), XYZ_FROM_RGB)).unbind(0)
    return torch.stack((y * 116.0 - 16.0, (x - y).mul_(500.0), (y - z).mul_(200.0)))


def rgb_from_lab(lab: Tensor) -> Tensor:
    """The picture (3, H, W), kept within [0, 1], of a CIELAB tensor (3, H, W)."""
    lightness, a, b = lab.unbind(0)
    y = (lightness + 16.0).mul_(1 / 116.0)
    planes = torch.stack((torch.add(y, a, alpha=1 / 500.0), y, torch.sub(y, b, alpha=1 / 200.0)))
    cubes = torch.where(planes > _EDGE_F, planes * planes * planes, (planes - _FOOT).mul_(1 / _SLOPE))
    return _encoded(_mix(cubes, RGB_FROM_XYZ).clamp_(0.0, 1.0)).clamp_(0.0, 1.0)


def hsv_from_rgb(picture: Tensor) -> Tensor:
    """Hue, saturation, value (3, H, W), each in [0, 1]; grey has hue 0."""
    red, green, blue = picture.unbind(0)
    value = picture.amax(0)
    chroma = value - picture.amin(0)
    safe = chroma.clamp_min(1e-12)
    hue = torch.where(value == red, (green - blue) / safe, (blue - red) / safe + 2.0)
    hue = torch.where((value == blue) & (value != red) & (value != green), (red - green) / safe + 4.0, hue)
    hue = torch.remainder(hue.mul_(1 / 6.0), 1.0)
    return torch.stack((hue, chroma / value.clamp_min(1e-12), value))


def rgb_from_hsv(hsv: Tensor) -> Tensor:
    """The picture (3, H, W) of a tensor of hue, saturation and value (3, H, W)."""
    hue, saturation, value = hsv.unbind(0)
    depth = saturation * value
    planes = []
    for turn in (5.0, 3.0, 1.0):  # red, green, blue: f(n) = v - v s max(0, min(k, 4 - k, 1))
        k = torch.remainder(hue * 6.0 + turn, 6.0)
        planes.append(value - depth * torch.minimum(k, 4.0 - k).clamp_(0.0, 1.0))
    return torch.stack(planes).clamp_(0.0, 1.0)


def luma(picture: Tensor) -> Tensor:
    """Rec. 601 luma (H, W) of a picture: 0.299 R + 0.587 G + 0.114 B."""
    red, green, blue = picture.unbind(0)
    return (red * 0.299).add_(green, alpha=0.587).add_(blue, alpha=0.114)


def _mix(planes: Tensor, rows: Rows) -> Tensor:
    """A 3x3 matrix applied to three planes."""
    mixed = torch.empty_like(planes)
    for out, row in zip(mixed, rows, strict=True):
        torch.mul(planes[0], row[0], out=out)
        out.add_(planes[1], alpha=row[1]).add_(planes[2], alpha=row[2])
    return mixed


def _linear(encoded: Tensor) -> Tensor:
    """Linear light from sRGB values. exp(2.4 log x) vectorises, `pow` is slower."""
    curve = encoded.add(0.055).mul_(1 / 1.055).log_().mul_(_GAMMA).exp_()
    return torch.where(encoded > 0.04045, curve, encoded * (1 / 12.92))


def _encoded(linear: Tensor) -> Tensor:
    """SRGB values from linear light in [0, 1]."""
    curve = linear.log().mul_(1 / _GAMMA).exp_().mul_(1.055).sub_(0.055)
    return torch.where(linear > 0.0031308, curve, linear * 12.92)


def _f(ratio: Tensor) -> Tensor:
    """CIE's f: compressed ratio of a coordinate to its white point."""
    root = ratio.log().mul_(1 / 3).exp_()
    return torch.where(ratio > _EDGE, root, (ratio * _SLOPE).add_(_FOOT))
