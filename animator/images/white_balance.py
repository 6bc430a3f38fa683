"""White balance: the matrix that turns light under one white into light under a warmer or cooler one."""

import numpy as np
from numpy.typing import NDArray

from animator.images.colorspace import D65, XYZ_FROM_RGB, Rows

NEUTRAL_KELVIN = 6504.0
"""Color temperature of sRGB's white, D65."""
_CONES_FROM_XYZ = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]], dtype=np.float64
)
_CONES_FROM_RGB = _CONES_FROM_XYZ @ np.diag(D65) @ np.array(XYZ_FROM_RGB)
_Vector = NDArray[np.float64]


def white_balance(warmth_mired: float, tint: float) -> Rows:
    """Returns the matrix (3, 3) on linear light that makes white warmer or cooler, and keeps its luminance.

    Args:
        warmth_mired: Shift of the color temperature along daylight, in mireds; above 0 is warmer. From
            -110 to 96: beyond, daylight is not defined.
        tint: Shift across daylight, in thousandths of the distance in CIE 1960 (u, v); above 0 is magenta,
            below 0 green.

    Source:
        CIE 15:2004, daylight locus; Lam (1985), the Bradford cones.
    """
    neutral_mired = 1e6 / NEUTRAL_KELVIN
    new = _cones(_shifted(neutral_mired + warmth_mired, tint))
    gains = np.diag(new / _cones(_shifted(neutral_mired, 0.0)))
    rows = (np.linalg.inv(_CONES_FROM_RGB) @ gains @ _CONES_FROM_RGB).tolist()
    return tuple((row[0], row[1], row[2]) for row in rows)


def _cones(uv: _Vector) -> _Vector:
    """Returns the response (3,) of the cones to a white of luminance 1."""
    u, v = uv
    x, y = np.array([3 * u, 2 * v]) / (2 * u - 8 * v + 4)
    return np.asarray(_CONES_FROM_XYZ @ np.array([x / y, 1.0, (1 - x - y) / y]))


def _shifted(mired: float, tint: float) -> _Vector:
    """Returns the (u, v) of daylight, moved across the locus."""
    along = _daylight(mired + 1.0) - _daylight(mired - 1.0)
    across = np.array([along[1], -along[0]]) / np.linalg.norm(along)  # to larger u and smaller v: magenta
    return np.asarray(_daylight(mired) + across * (tint / 1000))


def _daylight(mired: float) -> _Vector:
    """Returns the (u, v) of daylight of a color temperature."""
    kelvin = 1e6 / mired
    if kelvin <= 7000:
        x = 0.244063 + 0.09911e3 / kelvin + 2.9678e6 / kelvin**2 - 4.6070e9 / kelvin**3
    else:
        x = 0.237040 + 0.24748e3 / kelvin + 1.9018e6 / kelvin**2 - 2.0064e9 / kelvin**3
    y = -3.000 * x**2 + 2.870 * x - 0.275
    return np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)
