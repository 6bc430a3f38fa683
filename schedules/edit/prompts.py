"""Edits the keys of prompts. What is not a mapping yet becomes one when it gets times of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schedules.edit.opened import Opened
from schedules.edit.written import WrittenMapping
from schedules.keyed_text import decode
from schedules.prompt_keys import parse_prompts
from schedules.prompt_text import NEGATIVE, split_negative
from schedules.scope import Scope

Source = Any
"""The source of prompts, as in a preset: text, a number, a mapping or a list of these."""


@dataclass(frozen=True)
class EditablePrompt:
    """A keyed prompt.

    Attributes:
        index: Its position in the source, from 0, which the functions below take.
        frame: Its frame; may lie outside the film.
        time: Its time as written, such as `30`, `2s` or `max_f/2`; `1/3` in a list.
        text: The prompt as written, which may have a part `--neg ...`.
        negative: The negative prompt that is written beside it, as `{text: ..., negative: ...}`.
        ease: The easing by which it morphs into the next one; None: it does not.
    """

    index: int
    frame: int
    time: str
    text: str
    negative: str
    ease: str | None


def editable_prompts(source: Source, scope: Scope) -> tuple[EditablePrompt, ...]:
    """Returns the keyed prompts in the order of their source; a single prompt is one key on frame 0.

    Raises:
        ScheduleError: The source has no prompts, or a key is not a frame.
    """
    keys, opened = parse_prompts(source, scope.signals, scope.markers), _open(source, scope)
    found = zip(keys, opened.frames, opened.written.values, strict=True)
    return tuple(
        EditablePrompt(index, frame, key.at.text, *_texts(value), key.ease)
        for index, (key, frame, value) in enumerate(found)
    )


def move_prompt(source: Source, scope: Scope, index: int, frame: int) -> Source:
    """Returns the source with a prompt on another frame; errors and units as `move_key`."""
    return _closed(source, _open(source, scope).moved(index, frame), scope)


def add_prompt(source: Source, scope: Scope, frame: int, text: str) -> Source:
    """Returns the source with one more prompt.

    Raises:
        ScheduleError: The frame has a prompt already, or the text cannot be a prompt.
    """
    return _closed(source, _open(source, scope).added(frame, text), scope)


def delete_prompt(source: Source, scope: Scope, index: int) -> Source:
    """Returns the source without a prompt.

    Raises:
        ScheduleError: It is the only one, or there is no such prompt.
    """
    return _closed(source, _open(source, scope).deleted(index), scope)


def set_prompt_time(source: Source, scope: Scope, index: int, time: str) -> Source:
    """Returns the source with the time of a prompt as typed: `30`, `2s`, `8b`, `50%`, `max_f/2`.

    Raises:
        ScheduleError: It is not a time, with its column, or another prompt is on its frame.
    """
    return _closed(source, _open(source, scope).timed(index, time), scope)


def set_prompt(source: Source, scope: Scope, index: int, text: str) -> Source:
    """Returns the source with another text of a prompt; the negative prompt beside it stays.

    Raises:
        ScheduleError: There is no such prompt, or the text cannot be one, with its column.
    """
    old = _value(source, scope, index)
    return _with_value(source, scope, index, {**old, "text": text} if isinstance(old, Mapping) else text)


def set_prompt_negative(source: Source, scope: Scope, index: int, negative: str) -> Source:
    """Returns the source with another negative prompt of a prompt: where it is written, else behind `--neg`.

    Args:
        source: The prompts.
        scope: The film.
        index: The prompt.
        negative: The negative prompt; empty takes it away.

    Raises:
        ScheduleError: There is no such prompt, or the text cannot be one.
    """
    old = _value(source, scope, index)
    if isinstance(old, Mapping):
        return _with_value(source, scope, index, _plain({**old, "negative": negative}))
    positive, _ = split_negative(str(old))
    text = f"{positive} {NEGATIVE} {negative}" if negative else positive
    return _with_value(source, scope, index, text)


def set_prompt_ease(source: Source, scope: Scope, index: int, ease: str | None) -> Source:
    """Returns the source with another easing by which a prompt morphs into the next one; None for none.

    Raises:
        ScheduleError: There is no such prompt or easing.
    """
    old = _value(source, scope, index)
    parts = dict(old) if isinstance(old, Mapping) else {"text": old}
    return _with_value(source, scope, index, _plain({**parts, "ease": ease}))


def _plain(parts: Mapping[str, Any]) -> Any:
    """Returns a prompt of several parts without the empty ones; one of text alone as that text."""
    kept = {name: part for name, part in parts.items() if part or name == "text"}
    return kept if len(kept) > 1 else kept["text"]


def _value(source: Source, scope: Scope, index: int) -> Any:
    """Returns a prompt as it is written."""
    opened = _open(source, scope)
    opened.check(index)
    return opened.written.values[index]


def _with_value(source: Source, scope: Scope, index: int, value: Any) -> Any:
    if isinstance(source, Sequence) and not isinstance(source, str):
        return _closed(source, [*source[:index], value, *source[index + 1 :]], scope)
    return _closed(source, _open(source, scope).written.with_value(index, value), scope)


def _open(source: Source, scope: Scope) -> Opened:
    """Returns the prompts as a mapping of their times."""
    keys = parse_prompts(source, scope.signals, scope.markers)
    decoded = decode(source) if isinstance(source, str) else source
    if isinstance(decoded, Mapping):
        written = WrittenMapping.of(decoded, "morph")
    else:
        items = decoded if isinstance(decoded, Sequence) and not isinstance(decoded, str) else [decoded]
        frames = [key.at.frame(scope) for key in keys]
        written = WrittenMapping.of(dict(zip(frames, items, strict=True)))
    return Opened(written, [key.at for key in keys], scope)


def _closed(source: Source, edited: Any, scope: Scope) -> Any:
    """Returns edited prompts, checked; one prompt on frame 0 as the single text that it was."""
    (key, *others) = parse_prompts(edited, scope.signals, scope.markers)
    is_single = isinstance(source, str | int | float) and decode(str(source)) == str(source)
    if is_single and not others and key.at.text == "0" and decode(key.text) == key.text:
        return key.text
    return edited


def _texts(value: Any) -> tuple[str, str]:
    """Returns the positive and the negative text of a prompt as written."""
    if isinstance(value, Mapping):
        return str(value["text"]), str(value.get("negative") or "")
    return str(value), ""
