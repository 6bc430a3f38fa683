"""The part of an image that positions read, along one axis, and what lies around the image."""

from math import floor
from typing import NamedTuple

import cv2
from torch import Tensor

_BEFORE, _AFTER = 2, 4
"""Pixels before and after a position's own that are copied with it; kernels read one and two."""
NEAR_BORDERS = {cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT}
"""Border modes that repeat no pixels from further inside the image."""
_AROUND = 64
"""Pixels around the image that are copied, too, if they are read: OpenCV takes long for pixels outside."""
_OUTSIDE = 2
"""Positions further outside read the same as those of so many pixels outside."""


class Reach(NamedTuple):
    """The pixels that are read along an axis.

    Attributes:
        first: The first one; negative ones are before the image.
        last: The one after the last one.
        is_far: Whether there are positions further out, which `limited` brings here.
    """

    first: int
    last: int
    is_far: bool

    @property
    def length(self) -> int:
        """How many pixels there are."""
        return self.last - self.first


def reach(low: float, high: float, size: int, border: int) -> Reach:
    """Returns the pixels along an axis of a size that positions between two read."""
    if border not in NEAR_BORDERS:
        is_far = not (-size <= low and high <= 2 * size)  # also if any is not a number
        if is_far or low < _BEFORE or high > size - _AFTER:
            return Reach(0, size, is_far)
        return Reach(floor(low) - _BEFORE, floor(high) + _AFTER, is_far=False)
    is_far = not (low >= -_AROUND and high <= size + _AROUND)
    if is_far:
        low, high = _within(low, -_OUTSIDE, size), _within(high, size + 1.0, size)
    return Reach(min(floor(low) - _BEFORE, size - 1), max(floor(high) + _AFTER, 1), is_far)


def limited(position: Tensor, origin: int, size: int, border: int) -> None:
    """Brings positions that count from a pixel into reach of an axis of a size, in place."""
    periods = {
        cv2.BORDER_WRAP: size,
        cv2.BORDER_REFLECT: 2 * size,
        cv2.BORDER_REFLECT_101: max(2 * size - 2, 1),
    }
    if border in periods:  # OpenCV folds pixel by pixel, however many there are; here they count from 0
        position.remainder_(periods[border])
    position.nan_to_num_(float(-origin))
    if border in NEAR_BORDERS:
        position.clamp_(-_OUTSIDE - origin, size + 1 - origin)


def _within(end: float, otherwise: float, size: int) -> float:
    """Returns a position limited as `limited` does; another one if it is not a number."""
    return min(max(end, -_OUTSIDE), size + 1.0) if end == end else otherwise
