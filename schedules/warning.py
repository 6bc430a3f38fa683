"""Warnings about probable mistakes in schedules that work."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from schedules.curve import Point, own_values
from schedules.errors import ScheduleWarning
from schedules.formula import Apply, Formula
from schedules.keyed import Key
from schedules.keys import KeyTime
from schedules.scope import Scope

if TYPE_CHECKING:
    from schedules.schedule import Schedule

_HUGE = 1e9

Array = NDArray[np.float64]


def schedule_warnings(
    schedule: "Schedule", scope: Scope, expected: tuple[float, float] | None
) -> tuple[ScheduleWarning, ...]:
    """Returns the warnings of a schedule; see `Schedule.warnings`."""
    values = schedule.values(scope)
    keys = schedule.keyed.keys_for(scope)
    return (
        *schedule.keyed.notes_for(scope),
        *key_warnings([key.at for key in keys], scope),
        *_exclusive_or(keys),
        *_gaps(schedule.points(scope), scope),
        *_size(values, expected),
    )


def key_warnings(keys: Sequence[KeyTime], scope: Scope) -> Iterator[ScheduleWarning]:
    """Yields warnings about keys outside the film and about two keys on one frame."""
    seen: dict[int, KeyTime] = {}
    for key in keys:
        frame = key.frame(scope)
        column = key.place.column
        if frame in seen:
            both = f"`{seen[frame].text}` and `{key.text}`"
            message = f"two keys on frame {frame} ({both}): the last one counts"
            yield ScheduleWarning(message, column, frame)
        seen[frame] = key
        if frame > scope.max_f:
            effect = "it is ignored" if scope.compat else "the film ends on the way to it"
            message = f"key `{key.text}` is past the last frame {scope.max_f}: {effect}"
            yield ScheduleWarning(message, column, frame)
        elif frame < 0:
            effect = "it is ignored" if scope.compat else "the film starts on the way from it"
            yield ScheduleWarning(f"key `{key.text}` is before frame 0: {effect}", column, frame)


def _exclusive_or(keys: Sequence[Key]) -> Iterator[ScheduleWarning]:
    for key in keys:
        content = key.value.content
        if isinstance(content, Formula) and any(
            isinstance(node, Apply) and node.operation.name == "^" for node in content.nodes()
        ):
            message = f"`^` in `{content.text:.60}` is bitwise exclusive-or; powers are written **"
            yield ScheduleWarning(message, key.value.place.column)


def _gaps(points: Sequence[Point], scope: Scope) -> Iterator[ScheduleWarning]:
    """Yields a warning about the first frame where a formula gives no number."""
    frames = np.arange(scope.frames)
    running = np.zeros(scope.frames, dtype=bool)
    for index, point in enumerate(points):
        end = points[index + 1].frame if index + 1 < len(points) else scope.frames
        running[max(point.frame, 0) : max(end, 0)] = isinstance(point.value, Formula)
    if not running.any():
        return
    gaps = running & np.isnan(own_values(points, frames, scope))
    if gaps.any():
        frame = int(np.argmax(gaps))
        message = f"frame {frame}: the formula gives no number; interpolated from its neighbors"
        yield ScheduleWarning(message, None, frame)


def _size(values: Array, expected: tuple[float, float] | None) -> Iterator[ScheduleWarning]:
    low, high = expected or (-_HUGE, _HUGE)
    odd = (values < low) | (values > high)
    if odd.any():
        frame = int(np.argmax(odd))
        reason = f"; {low:g} to {high:g} is usual" if expected else ", which is suspiciously large"
        yield ScheduleWarning(f"frame {frame}: the value is {values[frame]:g}{reason}", None, frame)
