"""Functions that look at other frames: each takes columns over all frames of the film and returns one.

Each takes `fps` and columns (frames,); times are in seconds. Lengths of windows are the same on every frame,
and the first value of their column is read. None loops over frames.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError

_SLACK = 1e-6  # of a frame, for rounding

Array = NDArray[np.float64]
Column = Callable[..., Array]


def smooth(fps: float, x: Array, seconds: Array) -> Array:
    """Returns weighted means over a window of `seconds` around each frame, without lag.

    The weights are a triangle; beyond the ends of the film there is nothing to count.
    """
    width = _frames("smooth", seconds, fps) / 2  # two box filters make a triangle of their common width
    return _box(_box(x, width), width)


def _box(x: Array, width: float) -> Array:
    """Returns the mean over `width` frames (also a fraction) around each frame, of those in the film."""
    if width <= 1:
        return x
    frames = len(x)
    scale = float(np.max(np.abs(x))) or 1.0
    total = np.concatenate([[0.0], np.cumsum(x / scale)])
    edges = np.arange(frames + 1.0)
    low = np.maximum(edges[:-1] + 0.5 - width / 2, 0.0)
    high = np.minimum(edges[:-1] + 0.5 + width / 2, frames)
    means = (np.interp(high, edges, total) - np.interp(low, edges, total)) / (high - low) * scale
    return np.asarray(np.clip(means, np.min(x), np.max(x)))


def decay(fps: float, x: Array, seconds: Array) -> Array:
    """Returns an envelope: it rises at once, halves every `seconds` toward 0, and is never below `x`."""
    half = _frames("decay", seconds, fps)
    if half == 0:
        return x
    frames = np.arange(len(x))
    # In logarithms the decay is a straight line, so the loudest value so far is a running maximum.
    level = np.where(x > 0, np.log2(x) + frames / half, -np.inf)
    loudest = np.maximum.accumulate(level)
    source = np.maximum.accumulate(np.where((level == loudest) & (x > 0), frames, 0))
    ringing = np.where(loudest > -np.inf, x[source] * np.exp2(-(frames - source) / half), x)
    return np.maximum(x, ringing)


def delay(fps: float, x: Array, seconds: Array) -> Array:
    """Returns `x` as it was `seconds` ago (negative: as it will be), which may differ from frame to frame.

    Between frames it is interpolated; the first and the last value hold beyond the ends.
    """
    frames = np.arange(float(len(x)))
    return np.interp(np.clip(frames - seconds * fps, 0, len(x) - 1), frames, x)


def peak(fps: float, x: Array, threshold: Array, seconds: Array) -> Array:
    """Returns 1 on local maxima above the threshold, at least `seconds` apart, and 0 elsewhere.

    Of two that are nearer the higher one counts, of equal ones the first. A maximum over several frames is on
    the first of them.
    """
    starts = np.concatenate([[0], np.flatnonzero(x[1:] != x[:-1]) + 1])
    heights = np.concatenate([[-np.inf], x[starts], [-np.inf]])
    is_top = (heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:]) & (len(starts) > 1)
    tops = starts[is_top & (x[starts] > threshold[starts])]
    result = np.zeros(len(x))
    result[_apart(tops, x[tops], _frames("peak", seconds, fps))] = 1.0
    return result


def _apart(at: NDArray[np.int64], heights: Array, gap: float) -> NDArray[np.int64]:
    """Returns the frames of `at` (n,), ascending, that stay if high ones suppress all nearer than `gap`."""
    first = np.searchsorted(at, at - gap + _SLACK, side="right").tolist()
    last = np.searchsorted(at, at + gap - _SLACK, side="left").tolist()
    kept: list[int] = []
    is_free = np.ones(len(at), dtype=bool)
    for index in np.argsort(-heights, kind="stable").tolist():
        if is_free[index]:
            kept.append(index)
            is_free[first[index] : last[index]] = False
    return at[kept]


def integral(fps: float, x: Array) -> Array:
    """Returns the sum of `x` over time, in seconds, from 0 on frame 0; by trapezoids."""
    return np.concatenate([[0.0], np.cumsum((x[1:] + x[:-1]) / 2)]) / fps


def diff(fps: float, x: Array) -> Array:
    """Returns the change of `x` per second since the frame before; frame 0 has the value of frame 1."""
    changes = np.diff(x) * fps
    return np.concatenate([changes[:1], changes]) if len(changes) else np.zeros(1)


def held(_fps: float, x: Array, condition: Array) -> Array:
    """Returns the value that `x` had when the condition was last true; before that, on frame 0."""
    frames = np.where(_is_true(condition), np.arange(len(x)), 0)
    return x[np.maximum.accumulate(frames)]


def since(fps: float, condition: Array) -> Array:
    """Returns the seconds since the condition was last true.

    Before it is true for the first time they count from a whole film before the first frame: long ago.
    """
    frames = np.arange(len(condition))
    last = np.maximum.accumulate(np.where(_is_true(condition), frames, -len(condition)))
    return (frames - last) / fps


def count(_fps: float, condition: Array) -> Array:
    """Returns how often the condition has become true so far, this frame included."""
    is_true = _is_true(condition)
    return np.cumsum(is_true & ~np.concatenate([[False], is_true[:-1]])).astype(np.float64)


def _is_true(condition: Array) -> NDArray[np.bool_]:
    return np.asarray((condition != 0) & ~np.isnan(condition))


def _frames(name: str, seconds: Array, fps: float) -> float:
    """Returns a time in frames."""
    time = float(seconds[0])
    if not time >= 0:
        raise ScheduleError(f"`{name}` takes a time of 0 or more seconds, not {time:g}")
    return time * fps


def _of_numbers(name: str, column: Column) -> Column:
    """Returns the function with gaps in its first column, where there is no number, interpolated before."""

    def filled(fps: Any, x: Array, *rest: Array) -> Array:
        if np.isinf(x).any():
            frame = int(np.argmax(np.isinf(x)))
            message = f"`{name}` looks at every frame, and is given an infinite value on frame {frame}"
            raise ScheduleError(message, hint="check for divisions by zero; max(t, 1) avoids 0")
        known = ~np.isnan(x)
        if not known.any():
            return x
        if not known.all():
            x = np.interp(np.arange(len(x)), np.flatnonzero(known), x[known])
        return column(float(fps[0]), x, *rest)

    return filled


def _of_conditions(column: Column) -> Column:
    return lambda fps, condition: column(float(fps[0]), condition)


_NUMBERS = (smooth, decay, delay, peak, integral, diff, held)
_CONDITIONS = (since, count)

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {column.__name__: _of_numbers(column.__name__, column) for column in _NUMBERS}
    | {column.__name__: _of_conditions(column) for column in _CONDITIONS}
)
"""Functions of columns by name; `fps` is a column, too."""
