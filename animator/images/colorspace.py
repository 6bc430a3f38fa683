"""Conversions between RGB, CIELAB and HSV, on the image's device.

An image is (3, H, W) float32 sRGB in [0, 1], and so is every channel of the other spaces: LAB is CIELAB
under D65 as (L / 100, (a + 128) / 256, (b + 128) / 256); HSV has hue as a fraction of the circle. A round
trip is the identity to about 1e-5; that of OpenCV's float LAB is off by up to 0.004, and darker on average,
which would run away in a film; its HSV is exact, and used on the CPU. Constants enter as scalars, since small
tensors would have to be copied to the device, which synchronizes; results are written to two buffers, since
allocating costs more than the arithmetic.
"""

from collections.abc import Iterable

import cv2
import numpy as np
import torch
from torch import Tensor

_BAND_PIXELS = 65_536
LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in Rec. 601 luma."""
Rows = tuple[tuple[float, float, float], ...]

D65 = (0.950456, 1.0, 1.088754)
"""XYZ of white."""
# IEC 61966-2-1 primaries to XYZ, each row divided by its white point D65.
XYZ_FROM_RGB: Rows = (
    (0.433953, 0.376219, 0.189828),
    (0.212671, 0.715160, 0.072169),
    (0.017758, 0.109477, 0.872765),
)
_RGB_FROM_XYZ: Rows = tuple((r[0], r[1], r[2]) for r in np.linalg.inv(np.array(XYZ_FROM_RGB)).tolist())

# CIE 1976: f(t) is the cube root above (6/29)^3 and a line below.
_EDGE, _EDGE_F, _SLOPE = (6 / 29) ** 3, 6 / 29, (29 / 6) ** 2 / 3
# Where sRGB's line meets its curve; more digits than the standard's 0.04045, so that they do meet.
_EDGE_ENCODED = 0.0404482362771082
_EDGE_LINEAR = _EDGE_ENCODED / 12.92


def lab_from_rgb(image: Tensor) -> Tensor:
    """Returns the image in CIELAB (3, H, W), each channel scaled to [0, 1] (see the module)."""
    lab = image.clone()
    for planes in _bands(lab):
        spare = torch.empty_like(planes)
        _linearize_(planes, spare)
        _mix(planes, XYZ_FROM_RGB, out=spare)
        _compress_(spare, planes)
        (x, y, z), (lightness, a, b) = spare, planes
        torch.mul(y, 1.16, out=lightness).sub_(0.16)
        torch.sub(x, y, out=a).mul_(500 / 256).add_(0.5)
        torch.sub(y, z, out=b).mul_(200 / 256).add_(0.5)
    return lab


def rgb_from_lab_(lab: Tensor) -> Tensor:
    """Returns the image (3, H, W), clamped to [0, 1], of scaled CIELAB (3, H, W), which is overwritten."""
    image = torch.empty_like(lab)
    for planes, out in zip(_bands(lab), _bands(image), strict=True):
        y, x, z = planes
        y.add_(0.16).mul_(1 / 1.16)
        x.mul_(256 / 500).sub_(128 / 500).add_(y)
        z.mul_(-256 / 200).add_(128 / 200).add_(y)
        _expand_(planes, out)
        _mix((x, y, z), _RGB_FROM_XYZ, out=out).clamp_(0.0, 1.0)
        _encode_(out, planes)
        out.clamp_(0.0, 1.0)
    return image


def _bands(image: Tensor) -> tuple[Tensor, ...]:
    """Returns views (3, h, W) of an image, few enough rows each to stay in a processor's cache.

    That saves a third of the time at 1024 pixels; on other devices one view holds all rows.
    """
    rows = _BAND_PIXELS // image.shape[-1] if image.device.type == "cpu" else image.shape[-2]
    return torch.split(image, max(rows, 1), dim=1)


def hsv_from_rgb(image: Tensor) -> Tensor:
    """Returns hue, saturation and value (3, H, W), each in [0, 1]; gray has hue 0."""
    if image.device.type == "cpu":
        hsv = _converted(image, cv2.COLOR_RGB2HSV)
        hsv[0].mul_(1 / 360)
        return hsv
    red, green, blue = image
    value = image.amax(0)
    chroma = value - image.amin(0)
    safe = chroma.clamp_min(1e-12)
    if_green = ((blue - red) / safe).add_(2.0)
    if_blue = ((red - green) / safe).add_(4.0)
    hue = torch.where(value == red, (green - blue) / safe, torch.where(value == green, if_green, if_blue))
    hue = torch.remainder(hue.mul_(1 / 6), 1.0)
    return torch.stack((hue, chroma / value.clamp_min(1e-12), value))


def rgb_from_hsv(hsv: Tensor) -> Tensor:
    """Returns the image (3, H, W) of a tensor of hue, saturation and value (3, H, W)."""
    if hsv.device.type == "cpu":
        # OpenCV counts whole circles one by one: a hue must be within one, and a number.
        turns = hsv[0].nan_to_num(0.0, 0.0, 0.0)
        degrees = turns.sub_(turns.floor()).mul_(360.0)
        return _converted((degrees, hsv[1], hsv[2]), cv2.COLOR_HSV2RGB).clamp_(0.0, 1.0)
    hue, saturation, value = hsv
    depth = saturation * value
    planes = torch.empty_like(hsv)
    for turn, plane in zip((0.0, 2 / 6, 4 / 6), planes, strict=True):
        # Distance of the hue from this primary around the circle, in sixths: full within 1, none beyond 2.
        away = torch.remainder(hue - (turn - 0.5), 1.0).sub_(0.5).abs_().mul_(6.0)
        torch.addcmul(value, depth, away.sub_(1.0).clamp_(0.0, 1.0), value=-1.0, out=plane)
    return planes.clamp_(0.0, 1.0)


def _converted(planes: Iterable[Tensor], code: int) -> Tensor:
    """Returns an image (3, H, W), converted by OpenCV, of three planes (H, W) on the CPU."""
    pixels = cv2.cvtColor(cv2.merge([plane.numpy() for plane in planes]), code)
    return torch.from_numpy(np.stack(cv2.split(pixels)))


def mix_light(image: Tensor, rows: Rows) -> Tensor:
    """Returns the image (3, H, W), clamped to [0, 1], whose linear light is multiplied by a 3x3 matrix."""
    mixed = torch.empty_like(image)
    for planes, out in zip(_bands(image), _bands(mixed), strict=True):
        light = planes.clone()
        _linearize_(light, out)
        _mix(light, rows, out=out).clamp_(0.0, 1.0)
        _encode_(out, light)
        out.clamp_(0.0, 1.0)
    return mixed


def luma(image: Tensor) -> Tensor:
    """Returns the Rec. 601 luma (H, W) of an image."""
    weighed = image[0] * LUMA[0]
    return weighed.add_(image[1], alpha=LUMA[1]).add_(image[2], alpha=LUMA[2])


def _mix(planes: Tensor | tuple[Tensor, Tensor, Tensor], rows: Rows, out: Tensor) -> Tensor:
    """Applies a 3x3 matrix to three planes and returns the result, written to `out`."""
    for plane, row in zip(out, rows, strict=True):
        torch.mul(planes[0], row[0], out=plane)
        plane.add_(planes[1], alpha=row[1]).add_(planes[2], alpha=row[2])
    return out


# Each curve below is a power above an edge and a line under it. Both are evaluated on clamped values and
# added: exact, and several times faster than selecting with `where`; exp(k log x) likewise beats `pow`. The
# first tensor is overwritten with the result, the second is scratch space.


def _power_(base: Tensor, exponent: float) -> Tensor:
    """Raises positive values (3, h, W) to a power, in place."""
    if base.device.type != "cpu":
        return base.log_().mul_(exponent).exp_()
    values = base.numpy()
    np.log(values, out=values)
    base.mul_(exponent)
    np.exp(values, out=values)
    return base


def _linearize_(encoded: Tensor, spare: Tensor) -> None:
    """Turns sRGB values in [0, 1] into linear light."""
    torch.clamp_max(encoded, _EDGE_ENCODED, out=spare).sub_(_EDGE_ENCODED)
    _power_(encoded.clamp_min_(_EDGE_ENCODED).add_(0.055).mul_(1 / 1.055), 2.4)
    encoded.add_(spare, alpha=1 / 12.92)


def _encode_(linear: Tensor, spare: Tensor) -> None:
    """Turns linear light in [0, 1] into sRGB values."""
    torch.clamp_max(linear, _EDGE_LINEAR, out=spare).sub_(_EDGE_LINEAR)
    _power_(linear.clamp_min_(_EDGE_LINEAR), 1 / 2.4).mul_(1.055).sub_(0.055)
    linear.add_(spare, alpha=12.92)


def _compress_(ratio: Tensor, spare: Tensor) -> None:
    """Applies CIE's f to a coordinate's ratio to its white point."""
    torch.clamp_max(ratio, _EDGE, out=spare).sub_(_EDGE)
    _power_(ratio.clamp_min_(_EDGE), 1 / 3).add_(spare, alpha=_SLOPE)


def _expand_(value: Tensor, spare: Tensor) -> None:
    """Applies the inverse of CIE's f."""
    torch.clamp_max(value, _EDGE_F, out=spare).sub_(_EDGE_F)
    value.clamp_min_(_EDGE_F).pow_(3).add_(spare, alpha=1 / _SLOPE)
