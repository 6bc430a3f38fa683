"""Sums over stretches of values, however long each is, from their running totals."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def totals_of(values: NDArray[np.floating]) -> Array:
    """Returns the sums (n + 1,) of the first 0, 1, ... n values."""
    return np.concatenate((np.zeros(1), np.cumsum(values, dtype=np.float64)))


def between(totals: Array, first: Index, last: Index) -> Array:
    """Returns the sums of the values from some indices up to others; what is beyond the ends is 0.

    Args:
        totals: Those of the values.
        first: Index of the first value of each stretch.
        last: Index after its last one.
    """
    most = len(totals) - 1
    return totals[np.clip(last, 0, most)] - totals[np.clip(first, 0, most)]
