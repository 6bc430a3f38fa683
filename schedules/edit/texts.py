"""Edits the keys of a text schedule: samplers, checkpoints, mask expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schedules import reference
from schedules.edit.opened import Opened
from schedules.edit.written import Written, WrittenMapping, WrittenText
from schedules.errors import ScheduleError
from schedules.reading import read
from schedules.scope import Scope
from schedules.text_schedule import TextKey, TextSchedule, is_keyed

Source = Any
"""The source of a text schedule, as in a preset: text, a number, or a mapping of these."""
_WRAPPINGS = ('("{}")', "('{}')", "({})", '"{}"', "'{}'", "{}")
"""Ways to write a text in a schedule, most common first."""


@dataclass(frozen=True)
class EditableText:
    """A key of a text schedule.

    Attributes:
        index: Its position in the source, from 0, which the functions below take.
        frame: Its frame; may lie outside the film.
        time: Its time as written, such as `30`, `2s` or `max_f/2`.
        text: The text from its frame on.
    """

    index: int
    frame: int
    time: str
    text: str


def editable_texts(source: Source, scope: Scope) -> tuple[EditableText, ...]:
    """Returns the keys of a text schedule in the order of its source; a single text is one key on frame 0.

    Raises:
        ScheduleError: The source is not a text schedule, or a key is not a frame.
    """
    keys, opened = _open(source, scope)
    return tuple(
        EditableText(index, frame, key.at.text, key.text)
        for index, (key, frame) in enumerate(zip(keys, opened.frames, strict=True))
    )


def move_text(source: Source, scope: Scope, index: int, frame: int) -> Source:
    """Returns the source with a key on another frame; errors and units as `move_key`."""
    return _closed(source, _open(source, scope)[1].moved(index, frame), scope)


def add_text(source: Source, scope: Scope, frame: int, text: str) -> Source:
    """Returns the source with one more key.

    Raises:
        ScheduleError: The frame has a key already, or the text cannot be written in a text of keys.
    """
    _, opened = _open(source, scope)
    is_text = isinstance(opened.written, WrittenText)
    return _closed(source, opened.added(frame, _wrapped(text) if is_text else text), scope)


def delete_text(source: Source, scope: Scope, index: int) -> Source:
    """Returns the source without a key.

    Raises:
        ScheduleError: It is the only key, or there is no such key.
    """
    return _closed(source, _open(source, scope)[1].deleted(index), scope)


def set_text_time(source: Source, scope: Scope, index: int, time: str) -> Source:
    """Returns the source with the time of a key as typed: `30`, `2s`, `8b`, `50%`, `max_f/2`.

    Raises:
        ScheduleError: It is not a time, with its column, or another key is on its frame.
    """
    return _closed(source, _open(source, scope)[1].timed(index, time), scope)


def set_text(source: Source, scope: Scope, index: int, text: str) -> Source:
    """Returns the source with another text of a key.

    Raises:
        ScheduleError: There is no such key, or the text cannot be written in a text of keys.
    """
    _, opened = _open(source, scope)
    opened.check(index)
    is_text = isinstance(opened.written, WrittenText)
    return _closed(source, opened.written.with_value(index, _wrapped(text) if is_text else text), scope)


def _open(source: Source, scope: Scope) -> tuple[Sequence[TextKey], Opened]:
    """Returns the keys of a text schedule, parsed and as written; a single text as the text of one key."""
    schedule = TextSchedule.parse(source, markers=scope.markers)
    keys = schedule.keys_for(scope)
    return keys, Opened(_written(source, schedule, scope), [key.at for key in keys], scope)


def _written(source: Source, schedule: TextSchedule, scope: Scope) -> Written:
    if isinstance(source, Mapping):
        return WrittenMapping.of(source, "after")
    text = str(source)
    if not is_keyed(text, scope.markers):
        text = f"0:{_wrapped(schedule.keys[0].text)}"
    elif scope.compat and schedule.deforum_keys is not None:
        return WrittenText(text, reference.items(text) or ())
    return WrittenText(text, read(text).items)


def _closed(source: Source, edited: Source, scope: Scope) -> Source:
    """Returns an edited source, checked; one key on frame 0 as the single text that it was."""
    keys = TextSchedule.parse(edited, markers=scope.markers).keys_for(scope)
    if (
        isinstance(source, Mapping)
        or is_keyed(str(source), scope.markers)
        or len(keys) > 1
        or keys[0].at.text != "0"
    ):
        return edited
    text = keys[0].text
    return text if _reads_as(text, text) else edited


def _wrapped(text: str) -> str:
    """Returns a text in the first kind of brackets and quotes in which it is read as itself.

    Raises:
        ScheduleError: There is none.
    """
    for wrapping in _WRAPPINGS:
        wrapped = wrapping.format(text)
        if _reads_as(f"0:{wrapped}, 1:(x)", text):
            return wrapped
    hint = "write the schedule as a mapping, such as {0: the text}, and change it there"
    raise ScheduleError("this text cannot be written between others", text=text, column=0, hint=hint)


def _reads_as(source: str, text: str) -> bool:
    """Returns True if the first key of a source has a text."""
    try:
        return TextSchedule.parse(source).keys[0].text == text
    except ScheduleError:
        return False
