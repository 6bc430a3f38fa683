"""Edits the keys of a number's schedule."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schedules import reference
from schedules.curve import Point, value_at
from schedules.edit.opened import Opened
from schedules.edit.spelling import Spelled, number_text, rounded, tidy
from schedules.edit.written import Written, WrittenMapping, WrittenText
from schedules.errors import ScheduleError
from schedules.expression import VARIABLES
from schedules.formula import Formula, Place
from schedules.keyed import Key
from schedules.keys import unwrap
from schedules.reading import plain, read
from schedules.schedule import Schedule
from schedules.scope import Scope
from schedules.values import Value, check_ease, constant, parse_value

Source = str | int | float | Mapping[Any, Any]
"""The source of a schedule, as in a preset."""
_BRACKETS = Spelled("(", "", ")", None)


@dataclass(frozen=True)
class EditableKey:
    """A key of a schedule.

    Attributes:
        index: Its position in the source, from 0, which the functions below take.
        frame: Its frame; may lie outside the film.
        time: Its time as written, such as `30`, `2s` or `max_f/2`.
        text: Its number or formula as written, without brackets and easing.
        is_formula: True for a formula, which moves in time only: its value is typed.
        value: Its value on its frame, before any clamping; NaN where a formula gives none there.
        ease: The easing to the next key; None is the default one.
    """

    index: int
    frame: int
    time: str
    text: str
    is_formula: bool
    value: float
    ease: str | None


def editable_keys(source: Source, scope: Scope) -> tuple[EditableKey, ...]:
    """Returns the keys of a schedule in the order of its source; a number or formula is one key on frame 0.

    Raises:
        ScheduleError: The source is not a schedule, or a key is not a frame.
    """
    keys, opened = _open(source, scope)
    return tuple(
        EditableKey(
            index,
            frame,
            key.at.text,
            _text(_content(key.value)),
            isinstance(key.value.content, Formula),
            _value(key, frame, scope),
            key.value.ease,
        )
        for index, (key, frame) in enumerate(zip(keys, opened.frames, strict=True))
    )


def move_key(
    source: Source, scope: Scope, index: int, to: tuple[int, float | None], *, span: float | None = None
) -> Source:
    """Returns the source with a key dragged to another frame, and another value if it is a number.

    A time in seconds, beats or percent stays in its unit where that is exact; else it is given in frames. If
    there is another key on the frame, it stops beside it. A formula keeps its value.

    Args:
        source: The schedule.
        scope: The film.
        index: The key.
        to: Its frame and value; None leaves the value.
        span: Height of the curve, for the digits of the value; None takes that of the keys.

    Raises:
        ScheduleError: There is no such key, or the value is not finite.
    """
    keys, opened = _open(source, scope)
    opened.check(index)
    frame, value = to
    if value is not None and not isinstance(keys[index].value.content, Formula):
        content = rounded(_finite(value), _span(keys, scope) if span is None else span)
        spelled = _respelled(opened, index, content, keys[index].value.ease)
        _, opened = _open(opened.written.with_value(index, spelled), scope)
    return _closed(source, opened.moved(index, frame), scope)


def add_key(
    source: Source, scope: Scope, frame: int, value: float | str, *, span: float | None = None
) -> Source:
    """Returns the source with one more key; a single number or formula becomes text such as `0:(1), 30:(2)`.

    Args:
        source: The schedule.
        scope: The film.
        frame: Frame of the key.
        value: A number, or a number or formula as typed.
        span: Height of the curve, for the digits of a number; None takes that of the keys.

    Raises:
        ScheduleError: The frame has a key already, or the value is neither a number nor a formula.
    """
    keys, opened = _open(source, scope)
    if isinstance(value, str):
        content, ease = _typed(value, scope)
    else:
        content, ease = rounded(_finite(value), _span(keys, scope) if span is None else span), None
    is_text = isinstance(opened.written, WrittenText)
    spelled = _in_text(_BRACKETS, content, ease) if is_text else _in_mapping(content, ease)
    return _closed(source, opened.added(frame, spelled), scope)


def delete_key(source: Source, scope: Scope, index: int) -> Source:
    """Returns the source without a key.

    Raises:
        ScheduleError: It is the only key, or there is no such key.
    """
    return _closed(source, _open(source, scope)[1].deleted(index), scope)


def set_time(source: Source, scope: Scope, index: int, text: str) -> Source:
    """Returns the source with the time of a key as typed: `30`, `2s`, `8b`, `50%`, `max_f/2`.

    Raises:
        ScheduleError: It is not a time, with its column, or another key is on its frame.
    """
    return _closed(source, _open(source, scope)[1].timed(index, text), scope)


def set_formula(source: Source, scope: Scope, index: int, text: str) -> Source:
    """Returns the source with the value of a key as typed: a number or a formula, perhaps with an easing.

    Raises:
        ScheduleError: It is neither; points at the column of `text`.
    """
    keys, opened = _open(source, scope)
    opened.check(index)
    content, ease = _typed(text, scope)
    value = _respelled(opened, index, content, ease or keys[index].value.ease)
    return _closed(source, opened.written.with_value(index, value), scope)


def set_ease(source: Source, scope: Scope, index: int, ease: str | None) -> Source:
    """Returns the source with another easing from a key to the next one; None is the default one.

    Raises:
        ScheduleError: There is no such easing.
    """
    keys, opened = _open(source, scope)
    opened.check(index)
    if ease is not None:
        check_ease(ease, Place(ease))
    content = _content(keys[index].value)
    return _closed(source, opened.written.with_value(index, _respelled(opened, index, content, ease)), scope)


def _parsed(source: Source, scope: Scope) -> Schedule:
    return Schedule.parse(source, signals=scope.signals, markers=scope.markers)


def _open(source: Source, scope: Scope) -> tuple[Sequence[Key], Opened]:
    """Returns the keys of a schedule, parsed and as written; a single value as the text of one key."""
    schedule = _parsed(source, scope)
    keys = schedule.keyed.keys_for(scope)
    return keys, Opened(_written(source, schedule, scope), [key.at for key in keys], scope)


def _written(source: Source, schedule: Schedule, scope: Scope) -> Written:
    if isinstance(source, Mapping):
        return WrittenMapping.of(source, "after")
    if not isinstance(source, str):
        return _written_text(f"0:({number_text(source)})")
    if scope.compat and schedule.keyed.deforum_keys is not None:
        return WrittenText(source, reference.items(source) or ())
    if read(source).items:
        return _written_text(source)
    return _written_text(f"0:{_in_text(_BRACKETS, *_typed(source, scope))}")


def _written_text(text: str) -> WrittenText:
    """Returns the keys of a text in our reading; where that corrects mistakes, of the corrected text."""
    reading = read(text)
    if reading.warnings:
        after = [] if reading.after == "hold" else [reading.after]
        text = ", ".join([*(f"{item.key.strip()}:{item.value.strip()}" for item in reading.items), *after])
        reading = read(text)
    return WrittenText(text, reading.items)


def _closed(source: Source, edited: Source, scope: Scope) -> Source:
    """Returns an edited source, checked; the text of one key on frame 0 as the single value that it was.

    Raises:
        ScheduleError: It is not a schedule any more.
    """
    schedule = _parsed(edited, scope)
    keys = schedule.keyed.keys
    if isinstance(keys, ScheduleError) or len(keys) > 1 or keys[0].at.text != "0" or keys[0].value.ease:
        return edited
    if isinstance(source, Mapping) or not _is_single(source):
        return edited
    content = _content(keys[0].value)
    return _text(content) if isinstance(source, str) else content


def _is_single(source: Source) -> bool:
    """Returns True for a number or formula without keys."""
    return not isinstance(source, str) or not read(source).items


def _content(value: Value) -> int | float | str:
    """Returns the number or formula of a value, without brackets and easing."""
    content = value.content
    return unwrap(content.text)[0] if isinstance(content, Formula) else tidy(content)


def _respelled(opened: Opened, index: int, content: int | float | str, ease: str | None) -> Any:
    """Returns a key's value with other content, spelled as the old one."""
    if isinstance(opened.written, WrittenText):
        return _in_text(Spelled.of(opened.written.values[index]), content, ease)
    return _in_mapping(content, ease)


def _in_text(old: Spelled, content: int | float | str, ease: str | None) -> str:
    """Returns a value for text, in the brackets of the old one; a formula always has some."""
    if isinstance(content, str) and "(" not in old.before:
        old = replace(old, before="(", behind=")")
    return str(replace(old, content=_text(content), ease=ease))


def _in_mapping(content: int | float | str, ease: str | None) -> Any:
    return {"value": content, "ease": ease} if ease else content


def _text(content: int | float | str) -> str:
    return content if isinstance(content, str) else number_text(content)


def _typed(text: str, scope: Scope) -> tuple[int | float | str, str | None]:
    """Returns the number or formula that somebody typed, and its easing.

    Raises:
        ScheduleError: It is neither; points at the column.
    """
    value = parse_value(plain(text), Place(text), VARIABLES | scope.names)
    return _content(value), value.ease


def _value(key: Key, frame: int, scope: Scope) -> float:
    """Returns a key's value on its frame; NaN where its formula gives none."""
    content = key.value.content
    try:
        return value_at(Point(frame, content, key.value.ease, key.value.place), scope)
    except ScheduleError:  # reported for the schedule as a whole; its keys are listed all the same
        return math.nan


def _span(keys: Sequence[Key], scope: Scope) -> float:
    """Returns the largest minus the smallest value of the keys."""
    values = [_value(key, key.at.frame(scope), scope) for key in keys]
    finite = [value for value in values if math.isfinite(value)]
    return max(finite) - min(finite) if finite else 0.0


def _finite(value: float) -> float:
    constant(value, Place(""))
    return value
