"""Cuts at moments that a formula says, such as the onsets of a sound."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np

from animator.settings.fields import RangedSchedule
from schedules import Schedule, Scope
from schedules.keyed_text import decode

CutCondition = Annotated[Schedule, RangedSchedule()]
NO_CUTS = Schedule.parse(0)


def cut_frames(condition: Schedule, apart: int, scope: Scope) -> tuple[int, ...]:
    """Returns the frames on which a condition becomes true; frame 0 begins the film anyway.

    Args:
        condition: Its values; true where they are not 0.
        apart: Least number of frames from one cut, or the beginning, to the next.
        scope: The film.

    Raises:
        ScheduleError: The condition has no value at some frame.
    """
    if condition == NO_CUTS:
        return ()
    holds = condition.values(scope) != 0
    cuts = [0]
    for frame in (np.flatnonzero(holds[1:] & ~holds[:-1]) + 1).tolist():
        if frame - cuts[-1] >= apart:
            cuts.append(frame)
    return tuple(cuts[1:])


def prompts_by_cut(source: Any, cuts: Sequence[int]) -> Any:
    """Returns prompts of which each cut begins the next, and after the last the first; a list only.

    Args:
        source: The prompts as written: one text, a mapping by time, a list, or one of these as JSON.
        cuts: The frames of the cuts.
    """
    decoded = decode(source) if isinstance(source, str) else source
    is_list = isinstance(decoded, Sequence) and not isinstance(decoded, str)
    if not (cuts and is_list and decoded):
        return source
    prompts: Mapping[int, Any] = {
        frame: decoded[index % len(decoded)] for index, frame in enumerate((0, *cuts))
    }
    return prompts
