"""How far a map of points is from its camera, where only its shape is known."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST = 2
"""Points that are needed to tell the shift."""
WIDTH = 1e-6
"""Relative width of the differences that slopes are measured by."""
NEGLIGIBLE = 1e-9
"""Relative gain below which the search ends."""
MOST_STEPS, MOST_HALVINGS = 100, 60


def best_shift(points: Floats, positions: Floats) -> float:
    """Returns what has to be added to z so that the points are seen where they are in the image.

    Each shift has the focal length that fits it best. The shift is 0 where it cannot be told: of fewer than
    two points, and of such as are not finite. The official program looks for the same least squares, and ends
    once a step gains less than a thousandth; that is within 1e-4 of the depth.

    Args:
        points: x, y and z (n, 3), as from the camera but for the shift.
        positions: x and y (n, 2) in the view.
    """

    def residuals(shift: float) -> Floats:
        seen = points[:, :2] / (points[:, 2:] + shift)
        focal = (seen * positions).sum() / (seen * seen).sum()
        return np.ravel(focal * seen - positions)

    if len(points) < FEWEST:
        return 0.0
    with np.errstate(all="ignore"):  # a step may put a point into the camera; it is not taken then
        return _least_squares(residuals)


def _least_squares(residuals: Callable[[float], Floats]) -> float:
    """Returns the parameter, from 0 on, whose residuals have the least squares: Gauss and Newton's search."""
    at, values = 0.0, residuals(0.0)
    for _ in range(MOST_STEPS):
        width = WIDTH * max(1.0, abs(at))
        slopes = (residuals(at + width) - residuals(at - width)) / (2 * width)
        step, before = float(-(slopes @ values) / (slopes @ slopes)), values @ values
        for _ in range(MOST_HALVINGS):
            after = residuals(at + step)
            if after @ after < before:
                break
            step /= 2
        else:  # nothing is gained, or nothing is finite
            return at
        at, values = at + step, after
        if values @ values > before * (1 - NEGLIGIBLE):
            return at
    return at
