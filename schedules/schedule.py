"""`Schedule`: a number for every frame, from keys with numbers and formulas."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.curve import Point, curve, fold_frames
from schedules.errors import ScheduleError, ScheduleWarning
from schedules.expression import VARIABLES
from schedules.formula import Place
from schedules.keyed import Key, Keyed, from_mapping, from_text
from schedules.keys import parse_key
from schedules.scope import Scope
from schedules.sources import Frozen, freeze, thaw
from schedules.values import constant, is_number
from schedules.warning import schedule_warnings

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Schedule:
    """A number for every frame. Made by `Schedule.parse`; equal if the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keyed: Its keys.
    """

    frozen: Frozen
    keyed: Keyed = field(compare=False, repr=False)

    @classmethod
    def parse(
        cls,
        source: str | int | float | Mapping[Any, Any],
        *,
        signals: Collection[str] = (),
        markers: Collection[str] = (),
    ) -> "Schedule":
        """Parses a schedule.

        Text that only Deforum can read (it drops unbalanced parentheses, for example) is accepted, but
        `values` and `warnings` raise the error unless `scope.compat` is set.

        Args:
            source: A number, a formula, Deforum text such as `0:(1.02), 60:(1+0.1*sin(t/10))`, or a mapping
                `{0: 1.0, "2s": "1+0.1*sin(t)", 90: {value: 0.5, ease: bounce}, after: loop}`.
            signals: Names allowed in formulas besides the built-in ones; `Scope.signals` has the values.
            markers: Names allowed as keys, and in formulas as the frame; `Scope.markers` has the times.

        Raises:
            ScheduleError: The source is not a schedule; points at the column.
        """
        names = VARIABLES.union(signals, markers)
        if isinstance(source, Mapping):
            keyed = from_mapping(source, names, markers)
            return cls(freeze(source), keyed)
        if isinstance(source, str):
            return cls(source, from_text(source, names, markers))
        if is_number(source):
            value = constant(source, Place(""))
            number = source if isinstance(source, int | float) else float(source)
            return cls(number, Keyed((Key(parse_key("0", Place("0")), value),)))
        raise ScheduleError(f"a schedule is a number, text or a mapping, not {source!r:.80}")

    @property
    def source(self) -> Any:
        """The source of the schedule: a number, text or a dict, ready for YAML."""
        return thaw(self.frozen)

    def values(self, scope: Scope) -> Array:
        """Returns the value of every frame (frames,), float64.

        Frames where a formula gives NaN are interpolated from their neighbors. With `scope.compat` infinite
        values are kept, as in Deforum.

        Raises:
            ScheduleError: A key or formula gives no number; names the frame.
        """
        points = self.points(scope)
        values = self._evaluate(points, scope)
        bad = np.isnan(values) if scope.compat else ~np.isfinite(values)
        if bad.any():
            raise _not_finite(values, int(np.argmax(bad)), points)
        return values

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames of the film that have a key, ascending."""
        return tuple(point.frame for point in self.points(scope) if 0 <= point.frame < scope.frames)

    def warnings(
        self, scope: Scope, *, expected: tuple[float, float] | None = None
    ) -> tuple[ScheduleWarning, ...]:
        """Returns warnings about probable mistakes: keys outside the film, duplicate keys, suspicious values.

        Args:
            scope: The film.
            expected: Least and largest sensible value, such as (0, 1) for a strength.

        Raises:
            ScheduleError: As in `values`.
        """
        return schedule_warnings(self, scope, expected)

    def points(self, scope: Scope) -> list[Point]:
        """Returns the keys sorted by frame; of two keys on one frame the last one.

        Raises:
            ScheduleError: A key is not a frame, or only Deforum can read the text.
        """
        by_frame: dict[int, Point] = {}
        for key in self.keyed.keys_for(scope):
            frame = key.at.frame(scope)
            by_frame[frame] = Point(frame, key.value.content, key.value.ease, key.value.place)
        if scope.compat:
            inside = {frame: point for frame, point in by_frame.items() if 0 <= frame < scope.frames}
            by_frame = inside or by_frame
        return [by_frame[frame] for frame in sorted(by_frame)]

    def _evaluate(self, points: list[Point], scope: Scope) -> Array:
        first, last = points[0].frame, points[-1].frame
        frames = np.arange(scope.frames)
        if self.keyed.after == "hold" or last >= scope.frames:
            return curve(points, frames, scope)
        start = min(first, 0)
        base = curve(points, np.arange(start, scope.frames), scope)
        return base[fold_frames(frames, first, last, self.keyed.after) - start]


def _not_finite(values: Array, frame: int, points: list[Point]) -> ScheduleError:
    what = "is not a number" if np.isnan(values[frame]) else "is infinite"
    at = max((p for p in points if p.frame <= frame), key=lambda p: p.frame, default=points[0])
    hint = "check for divisions by zero, logarithms of 0 and roots of negatives; max(t, 1) avoids 0"
    message = f"{at.place.label}the value {what}"
    return ScheduleError(message, text=at.place.text, column=at.place.column, frame=frame, hint=hint)
