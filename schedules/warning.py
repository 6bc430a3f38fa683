"""What in a schedule is probably not meant, though it works."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from schedules.errors import ScheduleWarning
from schedules.expression import Apply, Formula, Node
from schedules.scope import Scope

if TYPE_CHECKING:
    from schedules.keys import KeyTime
    from schedules.schedule import Key, Schedule

_HUGE = 1e9


def schedule_warnings(schedule: "Schedule", scope: Scope) -> tuple[ScheduleWarning, ...]:
    """Returns the warnings of a schedule; see `Schedule.warnings`."""
    keys = schedule.keys_for(scope)
    values = schedule.values(scope)
    return (
        *(schedule.notes if not scope.compat or schedule.reference_keys is None else ()),
        *key_warnings([key.at for key in keys], scope),
        *_operators(keys),
        *_gaps(keys, schedule, scope),
        *_size(values),
    )


def key_warnings(keys: "Sequence[KeyTime]", scope: Scope) -> Iterator[ScheduleWarning]:
    """Yields what is odd about the frames of keys: outside the film, or two on one."""
    seen: dict[int, KeyTime] = {}
    for key in keys:
        frame = key.frame(scope)
        column = key.place.column
        if frame in seen:
            message = f"two keys on frame {frame} (`{seen[frame].text}` and `{key.text}`): the last one counts"
            yield ScheduleWarning(message, column, frame)
        seen[frame] = key
        if frame > scope.max_f:
            fate = "it is left out" if scope.compat else "the film ends on the way to it"
            yield ScheduleWarning(f"key `{key.text}` lies past the last frame {scope.max_f}: {fate}", column, frame)
        elif frame < 0:
            fate = "it is left out" if scope.compat else "the film starts on the way from it"
            yield ScheduleWarning(f"key `{key.text}` lies before frame 0: {fate}", column, frame)


def _operators(keys: "Sequence[Key]") -> Iterator[ScheduleWarning]:
    for key in keys:
        content = key.value.content
        if isinstance(content, Formula) and "^" in content.text and _uses(content.root, "^"):
            message = f"`^` in `{content.text:.60}` is bitwise exclusive-or; powers are written **"
            yield ScheduleWarning(message, key.value.place.column)


def _uses(root: Node, name: str) -> bool:
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Apply):
            if node.operation.name == name:
                return True
            pending.extend(node.operands)
    return False


def _gaps(keys: "Sequence[Key]", schedule: "Schedule", scope: Scope) -> Iterator[ScheduleWarning]:
    frame = schedule.first_gap(scope) if any(isinstance(key.value.content, Formula) for key in keys) else None
    if frame is not None:
        yield ScheduleWarning(f"frame {frame}: the formula gives no number; bridged from its neighbours", None, frame)


def _size(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Iterator[ScheduleWarning]:
    large = np.abs(values) > _HUGE
    if large.any():
        frame = int(np.argmax(large))
        yield ScheduleWarning(f"frame {frame}: the value is {values[frame]:g}, which is suspiciously large", None, frame)
