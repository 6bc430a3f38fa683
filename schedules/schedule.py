"""Schedule: a number for every frame, from keys with numbers and formulas."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules import reference
from schedules.curve import Point, curve, folded, own_values
from schedules.errors import ScheduleError, ScheduleWarning
from schedules.expression import Formula, Place
from schedules.keys import KeyTime, parse_key
from schedules.reading import MAX_KEYS, MAX_TEXT, Reading, plain, read
from schedules.scope import Scope
from schedules.sources import Entry, Frozen, after_of, entries, freeze, thaw
from schedules.values import Value, check_ease, parse_reference_value, parse_value

Array = NDArray[np.float64]
MAX_FORMULAS = 2_000
"""Formulas in one schedule; each is compiled, so this bounds the work."""
MAX_FORMULA_TEXT = 100_000
"""Characters of all formulas of one schedule together."""


@dataclass(frozen=True)
class Key:
    """One key: when, what, and how it goes on to the next."""

    at: KeyTime
    value: Value


@dataclass(frozen=True)
class Schedule:
    """A number for every frame. Made by `Schedule.parse`; equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: The keys in written order, or why the text cannot be read so.
        reference_keys: The keys as the reference sees them; None where it would refuse the text.
        after: What follows the last key: "hold", "loop" or "mirror".
        notes: What was put right while reading.
    """

    frozen: Frozen
    keys: tuple[Key, ...] | ScheduleError = field(compare=False)
    reference_keys: tuple[Key, ...] | None = field(default=None, compare=False)
    after: str = field(default="hold", compare=False)
    notes: tuple[ScheduleWarning, ...] = field(default=(), compare=False)
    text: str = field(default="", compare=False)

    @classmethod
    def parse(cls, source: str | int | float | Mapping[Any, Any]) -> "Schedule":
        """Returns the schedule that `source` says.

        Args:
            source: A number, a formula, Deforum text such as `0:(1.02), 60:(1+0.1*sin(t/10))`, or a mapping
                `{0: 1.0, "2s": "1+0.1*sin(t)", 90: {value: 0.5, ease: bounce}, after: loop}`.

        Raises:
            ScheduleError: Not a schedule; points at the column.
        """
        frozen = freeze(source)
        if isinstance(source, bool) or not isinstance(source, str | int | float | Mapping):
            raise ScheduleError(f"a schedule is a number, text or a mapping, not {source!r:.80}")
        if isinstance(source, Mapping):
            return _from_mapping(source, frozen)
        if isinstance(source, int | float):
            return cls(frozen, (Key(parse_key("0", Place("0")), _constant(source)),))
        return _from_text(source, frozen)

    @property
    def source(self) -> Any:
        """The schedule as it was written: a number, text or a dict, ready for YAML."""
        return thaw(self.frozen)

    def values(self, scope: Scope) -> Array:
        """Returns the value of every frame (frames,), float64.

        Raises:
            ScheduleError: A key or formula that gives no number; names the frame.
        """
        points = self._points(scope)
        values = self._evaluated(points, scope)
        bad = np.isnan(values) if scope.compat else ~np.isfinite(values)
        if bad.any():
            raise self._not_finite(values, int(np.argmax(bad)), points)
        return values

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames within the film that carry a key, ascending."""
        return tuple(point.frame for point in self._points(scope) if 0 <= point.frame < scope.frames)

    def warnings(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns what is probably not meant: keys outside the film, doubled keys, suspicious values."""
        from schedules.warning import schedule_warnings

        return schedule_warnings(self, scope)

    def first_gap(self, scope: Scope) -> int | None:
        """Returns the first frame on which a formula gives no number, or None."""
        points = self._points(scope)
        frames = np.arange(max(points[0].frame, 0), scope.frames)
        runs = np.zeros(len(frames), dtype=bool)
        for index, point in enumerate(points):
            end = points[index + 1].frame if index + 1 < len(points) else scope.frames
            if isinstance(point.value, Formula) and len(frames):
                runs[max(point.frame - frames[0], 0) : max(end - frames[0], 0)] = True
        gaps = runs & np.isnan(own_values(points, frames, scope)) if len(frames) else runs
        return int(frames[np.argmax(gaps)]) if gaps.any() else None

    def keys_for(self, scope: Scope) -> tuple[Key, ...]:
        """Returns the keys as the scope reads them: as written, or as the reference does."""
        if scope.compat and self.reference_keys is not None:
            return self.reference_keys
        if isinstance(self.keys, ScheduleError):
            raise self.keys
        return self.keys

    def _points(self, scope: Scope) -> list[Point]:
        """Returns the keys on their frames, sorted; of two on one frame the last written."""
        by_frame: dict[int, Point] = {}
        for key in self.keys_for(scope):
            frame = key.at.frame(scope)
            by_frame[frame] = Point(frame, key.value.content, key.value.ease, key.value.place.column)
        if scope.compat:
            inside = {frame: point for frame, point in by_frame.items() if 0 <= frame < scope.frames}
            by_frame = inside or by_frame
        return [by_frame[frame] for frame in sorted(by_frame)]

    def _evaluated(self, points: list[Point], scope: Scope) -> Array:
        first, last = points[0].frame, points[-1].frame
        if self.after == "hold" or last >= scope.frames:
            return curve(points, np.arange(scope.frames), scope)
        start = min(first, 0)
        base = curve(points, np.arange(start, scope.frames), scope)
        return base[folded(np.arange(scope.frames), first, last, self.after) - start]

    def _not_finite(self, values: Array, frame: int, points: list[Point]) -> ScheduleError:
        what = "is not a number" if np.isnan(values[frame]) else "is infinite"
        at = max((point for point in points if point.frame <= frame), key=lambda point: point.frame, default=points[0])
        hint = "divisions by zero, logarithms of 0 and roots of negatives do this; max(t, 1) keeps away from 0"
        text = self.frozen if isinstance(self.frozen, str) else ""
        return ScheduleError(f"the value {what}", text=text, column=at.column, frame=frame, hint=hint)


def _constant(number: float) -> Value:
    value = float(number)
    if not np.isfinite(value):
        raise ScheduleError(f"a schedule's number must be finite, not {number}")
    return Value(value, None, Place(str(number)))


def _from_mapping(source: Mapping[Any, Any], frozen: Frozen) -> Schedule:
    rest, after = after_of(source)
    keys = tuple(Key(entry.at, _entry_value(entry)) for entry in entries(rest))
    _check_work([key.value for key in keys], "")
    return Schedule(frozen, keys, after=after)


def _entry_value(entry: Entry) -> Value:
    value, ease = entry.value, None
    if isinstance(value, Mapping):
        unknown = set(value) - {"value", "ease"}
        if unknown or "value" not in value:
            raise entry.place.error("a key as a mapping has `value` and, if wanted, `ease`", 0)
        ease = check_ease(value["ease"], entry.place) if "ease" in value else None
        value = value["value"]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise entry.place.error("a value is a number or a formula", 0)
    if isinstance(value, str):
        parsed = parse_value(plain(value), Place(value, 0, entry.place.label))
        return replace(parsed, ease=ease or parsed.ease)
    return replace(_constant(value), ease=ease)


def _from_text(source: str, frozen: Frozen) -> Schedule:
    """Returns the schedule read plainly and, beside it, as the reference reads it; one of them has to do."""
    reference_keys = _reference_keys(source)
    try:
        reading = read(source)
        keys = _plain_keys(reading)
        return Schedule(frozen, keys, reference_keys, reading.after, reading.warnings)
    except ScheduleError as error:
        if reference_keys is None:
            raise
        return Schedule(frozen, error, reference_keys)


def _plain_keys(reading: Reading) -> tuple[Key, ...]:
    text = reading.text
    if not reading.items:
        return (Key(parse_key("0", Place("0")), parse_value(text, Place(text))),)
    keys = []
    for item in reading.items:
        at = parse_key(item.key, Place(text, item.key_column))
        keys.append(Key(at, parse_value(item.value, Place(text, item.value_column))))
    _check_work([key.value for key in keys], text)
    return tuple(keys)


def _reference_keys(text: str) -> tuple[Key, ...] | None:
    if len(text) > MAX_TEXT:
        return None
    items = reference.items(text)
    if items is None or len(items) > MAX_KEYS:
        return None
    try:
        keys = [
            Key(
                parse_key(reference.key_text(item.key), Place(text, item.key_column)),
                parse_reference_value(item.value.strip(), Place(text, item.value_column)),
            )
            for item in items
        ]
        _check_work([key.value for key in keys], text)
    except ScheduleError:
        return None
    return tuple(keys)


def _check_work(values: list[Value], text: str) -> None:
    formulas = [value.content.text for value in values if isinstance(value.content, Formula)]
    if len(formulas) > MAX_FORMULAS or sum(map(len, formulas)) > MAX_FORMULA_TEXT:
        message = f"{len(formulas)} formulas in one schedule; {MAX_FORMULAS} is the most"
        raise ScheduleError(message, text=text, column=0, hint="use numbers for most keys")
