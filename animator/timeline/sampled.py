"""One schedule of a film as points to plot, thinned out in long films; and the beats below them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.errors import PresetError, Problem
from animator.settings import Animation
from animator.timeline.columns import column_of, range_of, schedule_fields
from animator.timeline.overrides import OVERRIDDEN, overrides
from animator.timeline.values import Column
from schedules import Schedule, ScheduleError

Frames = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SampledCurve:
    """A schedule of numbers over the film.

    Attributes:
        path: Its setting, such as `motion.zoom`.
        frames: The frames that are sampled, ascending (n,); all of them in a short film.
        values: The values in the plans of these frames (n,): clamped, whole where the setting is, and
            overridden where other settings do that.
        raw: The values that the schedule itself gives there (n,).
        keys: Frames of the film with a key, ascending; each is one of `frames`, unless there are too many.
    """

    path: str
    frames: Frames
    values: Values
    raw: Values
    keys: tuple[int, ...]


def curve_of(animation: Animation, path: str, points: int = 4000, part: range | None = None) -> SampledCurve:
    """Returns the curve of a schedule of numbers, without evaluating others that do not act on it.

    Args:
        animation: The film.
        path: The setting, such as `motion.zoom` or `controlnet.0.weight`.
        points: Largest number of frames besides those with a key, the first and the last. In longer films
            they are those with the smallest and the largest value of each part, so that no peak is lost. Of
            more keys than this, no frame is sure to be there.
        part: The frames of the film to sample; None for all of them.

    Raises:
        PresetError: There is no such schedule of numbers, or it cannot be evaluated at some frame.
    """
    schedule = schedule_fields(animation).get(path)
    if not isinstance(schedule, Schedule):
        raise PresetError(animation.name, (Problem(animation.name, path, "is not a schedule of numbers"),))
    try:
        raw = schedule.values(animation.scope)
        keys = schedule.key_frames(animation.scope)
        values = _in_plans(animation, path, raw)
    except ScheduleError as error:
        raise PresetError(animation.name, (Problem(animation.name, path, str(error)),)) from error
    inside = range(len(raw)) if part is None else part
    kept = [key - inside.start for key in keys if key in inside]
    frames = inside.start + _thinned(raw[inside.start : inside.stop], kept, points)
    return SampledCurve(path, frames, values[frames], raw[frames], keys)


def beats_of(animation: Animation) -> Frames:
    """Returns the frames of the beats, ascending, as keys such as `8b` fall on them; none without a tempo."""
    scope = animation.scope
    if not scope.has_beat:
        return np.zeros(0, dtype=np.int64)
    first, last = (math.floor(scope.beat_of_frame(frame)) for frame in (0, animation.frames))
    if last - first > 2 * animation.frames:  # then there is one on every frame
        return np.arange(animation.frames)
    numbers = range(first, last + 2)
    if not scope.beats:
        start, step = scope.frame_of_beat(0), scope.frame_of_beat(1) - scope.frame_of_beat(0)
        at = start + np.array(numbers) * step
    else:
        at = np.array([scope.frame_of_beat(number) for number in numbers])
    frames: Frames = np.unique(np.floor(at + 0.5).astype(np.int64))
    return frames[(frames >= 0) & (frames < animation.frames)]


def _in_plans(animation: Animation, path: str, raw: Values) -> Values:
    """Returns the values of a schedule in the plans of all frames."""

    def column(of: str) -> Column:
        schedule = schedule_fields(animation)[of]
        return column_of(animation, of, raw if of == path else schedule.values(animation.scope))

    changed = overrides(animation, column) if path in OVERRIDDEN else {}
    values = np.asarray(changed[path] if path in changed else column(path), dtype=np.float64)
    numbers = range_of(animation, path)
    return np.trunc(values) if numbers is not None and numbers.is_whole else values


def _thinned(values: Values, keys: Sequence[int], points: int) -> Frames:
    """Returns the frames to plot: of each part of a long film those with its smallest and largest value."""
    last = len(values) - 1
    if len(values) <= points:
        return np.arange(len(values))
    parts = max(points // 2, 1)
    size = -(-len(values) // parts)
    table = np.pad(values, (0, -len(values) % size), mode="edge").reshape(-1, size)
    starts = np.arange(len(table)) * size
    extremes = (starts + table.argmin(axis=1), starts + table.argmax(axis=1))
    kept = keys if len(keys) <= points else ()
    frames = np.concatenate((*extremes, np.array([0, last, *kept], dtype=np.int64)))
    return np.unique(np.minimum(frames, last))
