"""Lenses: fields of view over the image's height, and focal lengths in halves of that height."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def focal_of(fov_deg: Array) -> Array:
    """Returns the focal lengths (n,) of fields of view (n,) in degrees, with their signs; 90 degrees have 1.

    Fields below a thousandth of a degree count as one, as in `animator.images.camera`.
    """
    fov = np.copysign(np.maximum(np.abs(fov_deg), 1e-3), fov_deg)
    return np.asarray(1.0 / np.tan(np.radians(fov) / 2.0))


def fov_of(focal: Array) -> Array:
    """Returns the fields of view (n,) in degrees of focal lengths (n,); the inverse of `focal_of`."""
    return np.asarray(np.degrees(2.0 * np.arctan(1.0 / focal)))
