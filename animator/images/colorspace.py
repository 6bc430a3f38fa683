"""Conversions between RGB, CIELAB and HSV, on the image's device.

An image is (3, H, W) float32 sRGB in [0, 1], and so is every channel of the other spaces: LAB is CIELAB
under D65 as (L / 100, (a + 128) / 256, (b + 128) / 256); HSV has hue as a fraction of the circle. A round
trip is the identity to about 1e-5; that of OpenCV's float LAB is off by up to 0.004, and darker on average,
which would run away in a film; its HSV is exact, and used on the CPU, as is its logarithm.
Constants enter as scalars, since small tensors would have to be copied to the device, which synchronizes.
Results are written to buffers, band by band: allocating and reading memory cost more than the arithmetic.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_BAND_PIXELS = 131_072
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


def lab_from_rgb(image: Tensor, out: Tensor | None = None) -> Tensor:
    """Returns the image in CIELAB (3, H, W), each channel scaled to [0, 1], in `out` if given."""
    return _by_bands(_lab_into, image, out)


def rgb_from_lab_(lab: Tensor) -> Tensor:
    """Returns the image, clamped to [0, 1], of scaled CIELAB (3, H, W), which it overwrites."""
    return _by_bands(_rgb_of_lab_into, lab, lab)


def hsv_from_rgb(image: Tensor, out: Tensor | None = None) -> Tensor:
    """Returns hue (0 for gray), saturation and value (3, H, W), each in [0, 1], in `out` if given."""
    return _by_bands(_hsv_into, image, out)


def rgb_from_hsv_(hsv: Tensor) -> Tensor:
    """Returns the image, clamped to [0, 1], of hue, saturation and value (3, H, W), which it overwrites."""
    return _by_bands(_rgb_of_hsv_into, hsv, hsv)


def mix_light(image: Tensor, rows: Rows) -> Tensor:
    """Returns the image (3, H, W), clamped to [0, 1], whose linear light is multiplied by a 3x3 matrix."""

    def mix_into(planes: Tensor, out: Tensor) -> None:
        work, mixed = _buffer_like(planes), _buffer_like(planes)
        _linearize(planes, spare=mixed, out=work)
        _mix(work, rows, out=mixed)
        _encode(mixed, out=work)
        torch.clamp(work, 0.0, 1.0, out=out)

    return _by_bands(mix_into, image, None)


def luma(image: Tensor) -> Tensor:
    """Returns the Rec. 601 luma (H, W) of an image."""
    weighed = image[0] * LUMA[0]
    return weighed.add_(image[1], alpha=LUMA[1]).add_(image[2], alpha=LUMA[2])


def bands(image: Tensor) -> tuple[Tensor, ...]:
    """Returns views (3, h, W) of an image, few enough rows each to stay in a processor's cache.

    On other devices one view holds all rows.
    """
    rows = _BAND_PIXELS // image.shape[-1] if image.device.type == "cpu" else image.shape[-2]
    return torch.split(image, max(rows, 1), dim=-2)


def _lab_into(image: Tensor, out: Tensor) -> None:
    work, mixed = _buffer_like(image), _buffer_like(image)
    _linearize(image, spare=mixed, out=work)
    _mix(work, XYZ_FROM_RGB, out=mixed)
    _compress(mixed, out=work)
    (x, y, z), (lightness, a, b) = work, out
    torch.mul(y, 1.16, out=lightness).sub_(0.16)
    _blend(x, 500 / 256, y, -500 / 256, 0.5, out=a)
    _blend(y, 200 / 256, z, -200 / 256, 0.5, out=b)


def _rgb_of_lab_into(lab: Tensor, out: Tensor) -> None:
    work, roots = _buffer_like(lab), _buffer_like(lab)
    (lightness, a, b), (x, y, z) = lab, roots
    torch.add(lightness, 0.16, out=y).mul_(1 / 1.16)
    _blend(y, 1.0, a, 256 / 500, -128 / 500, out=x)
    _blend(y, 1.0, b, -256 / 200, 128 / 200, out=z)
    _expand(roots, out=work)
    _mix(work, _RGB_FROM_XYZ, out=roots)
    _encode(roots, out=work)
    torch.clamp(work, 0.0, 1.0, out=out)


def _hsv_into(image: Tensor, out: Tensor) -> None:
    if image.device.type == "cpu":
        _convert(image, cv2.COLOR_RGB2HSV, out)
        out[0].mul_(1 / 360)
        return
    red, green, blue = image
    value = image.amax(0)
    chroma = value - image.amin(0)
    safe = chroma.clamp_min(1e-12)
    if_green = ((blue - red) / safe).add_(2.0)
    if_blue = ((red - green) / safe).add_(4.0)
    hue = torch.where(value == red, (green - blue) / safe, torch.where(value == green, if_green, if_blue))
    hue = torch.remainder(hue.mul_(1 / 6), 1.0)
    torch.stack((hue, chroma / value.clamp_min(1e-12), value), out=out)


def _rgb_of_hsv_into(hsv: Tensor, out: Tensor) -> None:
    hue, saturation, value = hsv
    if hsv.device.type == "cpu":
        # OpenCV counts whole circles one by one: a hue must be within one, and a number.
        hue.frac_().nan_to_num_(0.0).mul_(360.0)
        _convert(hsv, cv2.COLOR_HSV2RGB, out)
        out.clamp_(0.0, 1.0)
        return
    depth = saturation * value
    colors = torch.empty_like(hsv)
    for turn, color in zip((0.0, 2 / 6, 4 / 6), colors, strict=True):
        # Distance of the hue from this primary around the circle, in sixths: full within 1, none beyond 2.
        away = torch.remainder(hue - (turn - 0.5), 1.0).sub_(0.5).abs_().mul_(6.0)
        torch.addcmul(value, depth, away.sub_(1.0).clamp_(0.0, 1.0), value=-1.0, out=color)
    torch.clamp(colors, 0.0, 1.0, out=out)


def _by_bands(convert: Callable[[Tensor, Tensor], None], image: Tensor, out: Tensor | None) -> Tensor:
    """Returns `out`, by default a new tensor, after converting an image (3, H, W) to it band by band."""
    out = _buffer_like(image) if out is None else out
    for planes, converted in zip(bands(image), bands(out), strict=True):
        convert(planes, converted)
    return out


def _buffer_like(image: Tensor) -> Tensor:
    """Returns an uninitialized tensor of an image's shape, contiguous though the image may be a view."""
    return torch.empty(image.shape, device=image.device, dtype=image.dtype)


def _convert(planes: Tensor, code: int, out: Tensor) -> None:
    """Converts three planes (h, W) on the CPU by OpenCV; `out` may be the planes themselves."""
    cv2.split(cv2.cvtColor(cv2.merge(list(planes.numpy())), code), list(out.numpy()))


def _mix(planes: Tensor, rows: Rows, out: Tensor) -> None:
    """Applies a 3x3 matrix to three contiguous planes."""
    if out.device.type != "cpu":
        red, green, blue = planes
        for plane, row in zip(out, rows, strict=True):
            torch.mul(red, row[0], out=plane).add_(green, alpha=row[1]).add_(blue, alpha=row[2])
        return
    red, green, blue = planes.numpy()
    for plane, row in zip(out.numpy(), rows, strict=True):
        cv2.addWeighted(red, row[0], green, row[1], 0.0, dst=plane)
        cv2.scaleAdd(blue, row[2], plane, dst=plane)


def _blend(one: Tensor, weight: float, other: Tensor, weight2: float, offset: float, out: Tensor) -> None:
    """Writes `one * weight + other * weight2 + offset` of contiguous tensors; `out` may be one of them."""
    if out.device.type != "cpu":
        torch.mul(one, weight, out=out).add_(other, alpha=weight2).add_(offset)
        return
    cv2.addWeighted(_matrix(one), weight, _matrix(other), weight2, offset, dst=_matrix(out))


def _matrix(values: Tensor) -> NDArray[np.float32]:
    """Returns the memory of a contiguous tensor (..., W) on the CPU as (n, W), which OpenCV takes."""
    matrix: NDArray[np.float32] = values.view(-1, values.shape[-1]).numpy()
    return matrix


# Each curve below is a power above an edge and a line under it. Both are evaluated on clamped values and
# added: exact, and several times faster than selecting with `where`; so are powers from logarithms than
# `pow`. The result is written to `out`; all but an encoded image are contiguous, and the values overwritten.


def _raise_(base: Tensor, exponent: float) -> Tensor:
    """Raises positive values, contiguous, to a power, in place."""
    if base.device.type != "cpu":
        return base.log_().mul_(exponent).exp_()
    cv2.log(_matrix(base), dst=_matrix(base))
    return base.mul_(exponent / math.log(2.0)).exp2_()


def _linearize(encoded: Tensor, spare: Tensor, out: Tensor) -> None:
    """Turns sRGB values in [0, 1] into linear light; `spare` is overwritten, the values are not."""
    low = torch.clamp_max(encoded, _EDGE_ENCODED, out=spare)
    _raise_(torch.add(encoded, 0.055, out=out).clamp_min_(_EDGE_ENCODED + 0.055), 2.4)
    _blend(out, 1.055**-2.4, low, 1 / 12.92, -_EDGE_LINEAR, out=out)


def _encode(linear: Tensor, out: Tensor) -> None:
    """Turns linear light in [0, 1] into sRGB values."""
    _raise_(torch.clamp_min(linear, _EDGE_LINEAR, out=out), 1 / 2.4)
    _blend(out, 1.055, linear.clamp_max_(_EDGE_LINEAR), 12.92, -0.055 - _EDGE_ENCODED, out=out)


def _compress(ratio: Tensor, out: Tensor) -> None:
    """Applies CIE's f to a coordinate's ratio to its white point."""
    _raise_(torch.clamp_min(ratio, _EDGE, out=out), 1 / 3)
    _blend(out, 1.0, ratio.clamp_max_(_EDGE), _SLOPE, -_SLOPE * _EDGE, out=out)


def _expand(value: Tensor, out: Tensor) -> None:
    """Applies the inverse of CIE's f."""
    torch.clamp_min(value, _EDGE_F, out=out).pow_(3)
    _blend(out, 1.0, value.clamp_max_(_EDGE_F), 1 / _SLOPE, -_EDGE_F / _SLOPE, out=out)
