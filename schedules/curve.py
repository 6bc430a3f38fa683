"""Evaluates keys to one value per frame: interpolation, formulas between keys, loops after the last key."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from schedules.easing import EASINGS
from schedules.errors import ScheduleError
from schedules.evaluate import evaluate
from schedules.formula import Formula, Place
from schedules.scope import Scope

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """A key at its frame.

    Attributes:
        frame: Frame number; may lie outside the film.
        value: A number, or a formula that runs until the next point.
        ease: The easing to the next point; None for the default: linear for numbers, hold for formulas.
        place: Position of the value in the source.
    """

    frame: int
    value: float | Formula
    ease: str | None
    place: Place


def fold_frames(frames: NDArray[np.int64], first: int, last: int, after: str) -> NDArray[np.int64]:
    """Returns the frame between `first` and `last` whose value each frame repeats, (n,).

    Args:
        frames: Frame numbers (n,).
        first: Frame of the first key.
        last: Frame of the last key, on which a loop starts over with the first key.
        after: "hold", "loop" or "mirror"; "hold" changes nothing.
    """
    span = last - first
    if after == "hold" or span <= 0:
        return frames
    since = np.maximum(frames - first, 0)
    turn = since % span if after == "loop" else span - np.abs(since % (2 * span) - span)
    return np.where(frames < first, frames, first + turn)


def curve(points: Sequence[Point], frames: NDArray[np.int64], scope: Scope) -> Array:
    """Returns the values (n,) at `frames`; all NaN if no point has a value.

    Gaps (frames where a formula gives NaN) are interpolated over, as Deforum does.

    Args:
        points: At least one point, sorted by frame, no two on the same frame.
        frames: Consecutive frame numbers (n,).
        scope: The film.
    """
    xs, ys = _known_values(points, frames, scope)
    if not len(xs):
        return np.full(len(frames), np.nan)
    # No interpolation is needed if every frame has a value.
    values = ys if len(xs) == len(frames) and np.array_equal(xs, frames) else np.interp(frames, xs, ys)
    return _ease(points, frames, values, scope)


def _known_values(points: Sequence[Point], frames: NDArray[np.int64], scope: Scope) -> tuple[Array, Array]:
    """Returns the frames with known values (m,) and the values (m,), with the nearest point on both sides."""
    own = own_values(points, frames, scope)
    inside = ~np.isnan(own)
    xs, ys = frames[inside].astype(np.float64), own[inside]
    before = [point for point in points if point.frame < frames[0] and not isinstance(point.value, Formula)]
    behind = [point for point in points if point.frame > frames[-1]]
    for point in (*before[-1:], *behind[:1]):
        value = value_at(point, scope)
        if not np.isnan(value):
            at = int(np.searchsorted(xs, point.frame))
            xs, ys = np.insert(xs, at, point.frame), np.insert(ys, at, value)
    return xs, ys


def own_values(points: Sequence[Point], frames: NDArray[np.int64], scope: Scope) -> Array:
    """Returns the values (n,) before interpolation; NaN where neither a number nor a formula gives one."""
    values = np.full(len(frames), np.nan)
    start = int(frames[0])
    stop = start + len(frames)
    for index, point in enumerate(points):
        if isinstance(point.value, Formula):
            end = points[index + 1].frame if index + 1 < len(points) else stop
            lo, hi = max(point.frame, start), min(end, stop)
            if lo < hi:
                values[lo - start : hi - start] = _run(point, frames[lo - start : hi - start], scope)
        elif start <= point.frame < stop:
            values[point.frame - start] = point.value
    return values


def value_at(point: Point, scope: Scope) -> float:
    """Returns a point's value on its own frame."""
    return float(_run(point, np.array([point.frame]), scope)[0])


def _run(point: Point, frames: NDArray[np.int64], scope: Scope) -> Array:
    """Returns the point's own value at `frames`; errors point at it in the source."""
    if not isinstance(point.value, Formula):
        return np.full(len(frames), point.value)
    try:
        return evaluate(point.value, frames, scope)
    except ScheduleError as error:
        raise point.place.error(error.message, _column(point, error.column), error.hint) from None


def _column(point: Point, column: int | None) -> int:
    """Returns a column of the point's formula, counted from its place, which may be before some brackets."""
    if column is None or not isinstance(point.value, Formula):
        return 0
    start = point.place.text.find(point.value.text, point.place.column)
    return max(start - point.place.column, 0) + column


def _ease(points: Sequence[Point], frames: NDArray[np.int64], values: Array, scope: Scope) -> Array:
    """Returns the values with the easings applied between the points that name one."""
    start = int(frames[0])
    for index, (point, following) in enumerate(pairwise(points)):
        default = "hold" if isinstance(point.value, Formula) else "linear"
        if point.ease in (None, default):
            continue
        lo, hi = max(point.frame - start, 0), min(following.frame - start, len(frames))
        if lo >= hi:
            continue
        span = slice(lo, hi)
        if point.ease == "cubic" and not isinstance(point.value, Formula):
            values[span] = _cubic(points, index, frames[span], scope)
            continue
        own = values[span] if isinstance(point.value, Formula) else np.full(hi - lo, point.value)
        weight = EASINGS[point.ease or default](
            (frames[span] - point.frame) / (following.frame - point.frame)
        )
        values[span] = own * (1 - weight) + value_at(following, scope) * weight
    return values


def _cubic(points: Sequence[Point], index: int, frames: NDArray[np.int64], scope: Scope) -> Array:
    """Returns a smooth curve through the points without overshoot.

    Source: monotone cubic Hermite interpolation, F. N. Fritsch and J. Butland (1984).
    """
    around = points[max(index - 1, 0) : index + 3]
    x = np.array([point.frame for point in around], dtype=np.float64)
    y = np.array([value_at(point, scope) for point in around])
    slopes = np.diff(y) / np.diff(x)
    here = index - max(index - 1, 0)
    tangents = [_tangent(slopes, np.diff(x), knot) for knot in (here, here + 1)]
    width = x[here + 1] - x[here]
    u = (frames - x[here]) / width
    left: Array = (1 + 2 * u) * (1 - u) ** 2 * y[here] + u * (1 - u) ** 2 * width * tangents[0]
    right: Array = u * u * (3 - 2 * u) * y[here + 1] + u * u * (u - 1) * width * tangents[1]
    return left + right


def _tangent(slopes: Array, widths: Array, knot: int) -> float:
    if knot == 0 or knot == len(slopes):
        return float(slopes[0 if knot == 0 else -1])
    before, behind = float(slopes[knot - 1]), float(slopes[knot])
    if before * behind <= 0:
        return 0.0
    w1, w2 = 2 * widths[knot] + widths[knot - 1], widths[knot] + 2 * widths[knot - 1]
    return float((w1 + w2) / (w1 / before + w2 / behind))
