"""Parses the JSON text of a settings file; errors have line and column."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.core.json_text import find_long_number, parse_int
from animator.errors import FixJson, PresetError, Problem
from animator.presets.deforum.json_repair import Repair, find_repair
from animator.settings.import_notes import Note, harmless
from animator.settings.raw import RawPreset
from animator.settings.validate import text_problems

MAX_REPAIRS = 100


@dataclass(frozen=True)
class Document:
    """A parsed settings file.

    Attributes:
        values: The top-level object.
        places: Key -> `file:line:column` of its first occurrence.
        notes: On duplicate keys and repairs.
    """

    values: Mapping[str, Any]
    places: Mapping[str, str]
    notes: tuple[Note, ...]


def read_document(text: str, source: str, *, repair: bool = False) -> Document:
    """Parses a settings file.

    Args:
        text: The file.
        source: Its name, for messages.
        repair: Repair common mistakes instead of raising.

    Raises:
        PresetError: It is not JSON; the message has line, column, mistake, and whether `repair` fixes all of
            the text.
    """
    text = text.removeprefix("\ufeff")
    notes: list[Note] = []
    while True:
        try:
            values, duplicates = _decode(text)
            break
        except json.JSONDecodeError as error:
            fix = find_repair(text, error)
            if not repair or fix.repaired is None or len(notes) >= MAX_REPAIRS:
                can_fix = not repair and _can_fix(text)
                raise _json_error(text, source, fix, can_fix=can_fix) from None
            notes.append(harmless((), f"{_place(source, text, fix.at)}: repaired: {fix.what}"))
            text = fix.repaired
        except ValueError as error:
            at = find_long_number(text) or 0
            raise PresetError(source, (Problem(_place(source, text, at), "", str(error)),)) from None
        except RecursionError:
            raise PresetError(source, (Problem(source, "", "is nested too deeply"),)) from None
    if not isinstance(values, Mapping):
        message = "expected an object of settings, { ... }, at the top level"
        raise PresetError(source, (Problem(source, "", message),))
    places = _places(text, source)
    if broken := text_problems(RawPreset(source, values, {(key,): place for key, place in places.items()})):
        raise PresetError(source, tuple(broken))
    notes += [harmless(key, "is given more than once; the last value is used") for key in duplicates]
    return Document(values, places, tuple(notes))


def _decode(text: str) -> tuple[Any, tuple[str, ...]]:
    """Decodes the text; also returns keys that an object has more than once."""
    duplicates: dict[str, None] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(items)
        if len(seen) < len(items):
            counts = Counter(key for key, _ in items)
            duplicates.update((key, None) for key, count in counts.items() if count > 1)
        return seen

    # strict=False: unlike Deforum, accept prompts with line breaks.
    return json.JSONDecoder(object_pairs_hook=pairs, parse_int=parse_int, strict=False).decode(text), tuple(
        duplicates
    )


def _can_fix(text: str) -> bool:
    """Returns True if repairs make a settings object of the text."""
    try:
        return bool(read_document(text, "", repair=True).values)
    except PresetError:
        return False


def _json_error(text: str, source: str, fix: Repair, *, can_fix: bool) -> PresetError:
    remedy = "" if can_fix else "; fix it by hand"
    shown = _line(text, fix.at)
    problem = Problem(_place(source, text, fix.at), "", f"is not JSON: {fix.what}{remedy}\n{shown}")
    return PresetError(source, (problem,), None if remedy else FixJson())


def _line(text: str, at: int) -> str:
    """Returns the line around a position with a caret below it, truncated to a readable width."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : len(text) if end < 0 else end].rstrip("\r")
    column = at - start
    left = max(0, column - 60)
    return f"{line[left : left + 90]}\n".replace("\t", " ") + " " * (column - left) + "^"


def _place(source: str, text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"{source}:{line}:{at - text.rfind(chr(10), 0, at)}"


def _places(text: str, source: str) -> dict[str, str]:
    places: dict[str, str] = {}
    line, start, seen = 1, 0, 0
    for match in re.finditer(r'"(\w+)"\s*:', text):
        line += text.count("\n", seen, match.start())
        start = text.rfind("\n", seen, match.start()) + 1 or start
        seen = match.start()
        places.setdefault(match[1], f"{source}:{line}:{seen - start + 1}")
    return places
