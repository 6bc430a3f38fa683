"""Moves, adds and deletes keys of any kind of schedule, never two onto one frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schedules.edit.times import time_at
from schedules.edit.written import Written
from schedules.errors import ScheduleError
from schedules.formula import Place
from schedules.keys import KeyTime, parse_key
from schedules.limits import MAX_KEYS
from schedules.scope import Scope


@dataclass(frozen=True)
class Opened:
    """The keys of a source, ready to be edited.

    Attributes:
        written: The keys as written.
        times: The time of each.
        scope: The film.
    """

    written: Written
    times: Sequence[KeyTime]
    scope: Scope

    @property
    def frames(self) -> list[int]:
        """The frame of each key."""
        return [time.frame(self.scope) for time in self.times]

    def moved(self, index: int, frame: int) -> Any:
        """Returns the source with a key on another frame, or on the nearest free one on the way there."""
        self.check(index)
        frames = self.frames
        others = {other for at, other in enumerate(frames) if at != index}
        target = _free_frame(others, frames[index], frame)
        _check_frame(target, self.scope)
        return self.written.with_time(index, time_at(self.times[index], target, self.scope))

    def timed(self, index: int, text: str) -> Any:
        """Returns the source with another time of a key, as typed: `30`, `2s`, `max_f/2`.

        Raises:
            ScheduleError: It is not a time, or another key is there.
        """
        self.check(index)
        time = parse_key(text, Place(text), self.scope.markers)
        self._check_free(time.frame(self.scope), but=index)
        return self.written.with_time(index, time.text)

    def added(self, frame: int, value: Any) -> Any:
        """Returns the source with one more key, before the first that is later.

        Raises:
            ScheduleError: There is a key on the frame, or there are too many.
        """
        if len(self.times) >= MAX_KEYS:
            raise ScheduleError(f"there are {MAX_KEYS} keys already, which is the most")
        self._check_free(frame)
        _check_frame(frame, self.scope)
        frames = self.frames
        place = next((at for at, other in enumerate(frames) if other > frame), len(frames))
        return self.written.with_key(place, str(frame), value)

    def deleted(self, index: int) -> Any:
        """Returns the source without a key.

        Raises:
            ScheduleError: It is the only one.
        """
        self.check(index)
        if len(self.times) == 1:
            hint = "change its value, or remove the setting"
            raise ScheduleError("the last key cannot be deleted", hint=hint)
        return self.written.without(index)

    def check(self, index: int) -> None:
        """Checks that there is such a key.

        Raises:
            ScheduleError: There is none.
        """
        if not 0 <= index < len(self.times):
            raise ScheduleError(f"there is no key {index}", hint=f"keys are 0 to {len(self.times) - 1}")

    def _check_free(self, frame: int, but: int | None = None) -> None:
        if any(other == frame for at, other in enumerate(self.frames) if at != but):
            hint = "change that key, or choose another frame"
            raise ScheduleError(f"frame {frame} has a key already", hint=hint)


def _check_frame(frame: int, scope: Scope) -> None:
    """Checks that a key may be on a frame; raises what reading it would raise."""
    parse_key(str(frame), Place(str(frame))).frame(scope)


def _free_frame(others: set[int], start: int, target: int) -> int:
    """Returns the frame nearest to `target`, on the way there from `start`, that is not one of `others`."""
    step = 1 if start > target else -1
    while target in others and target != start:
        target += step
    return target
