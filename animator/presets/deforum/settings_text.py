"""The JSON text of a settings file -> its values; errors name line and column."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.errors import FixJson, PresetError, Problem
from animator.presets.deforum.json_repair import Repair, find_repair
from animator.settings.import_notes import Note, harmless

MAX_REPAIRS = 100


@dataclass(frozen=True)
class Document:
    """What a settings file says.

    Attributes:
        values: The top-level object.
        places: `file:line:column` of each key's first appearance.
        notes: Doubled keys and what was repaired.
    """

    values: Mapping[str, Any]
    places: Mapping[str, str]
    notes: tuple[Note, ...]


def read_document(text: str, source: str, *, repair: bool = False) -> Document:
    """The values of a settings file.

    Args:
        text: The file.
        source: Its name, for messages.
        repair: Mend the usual slips instead of refusing them.

    Raises:
        PresetError: Not JSON; says the line, the column, what is wrong, and whether `repair` would mend it.
    """
    text = text.removeprefix("\ufeff")
    notes: list[Note] = []
    while True:
        try:
            values, doubled = _decoded(text)
            break
        except json.JSONDecodeError as error:
            slip = find_repair(text, error)
            if not repair or slip.mended is None or len(notes) >= MAX_REPAIRS:
                raise _refused(text, source, slip) from None
            notes.append(harmless((), f"{_place(source, text, slip.at)}: repaired: {slip.what}"))
            text = slip.mended
        except RecursionError:
            raise PresetError(source, (Problem(source, "", "is nested too deeply"),)) from None
    if not isinstance(values, Mapping):
        message = "expected an object of settings, { ... }, at the top level"
        raise PresetError(source, (Problem(source, "", message),))
    notes += [harmless(key, "is given more than once; the last one counts") for key in doubled]
    return Document(values, _places(text, source), tuple(notes))


def _decoded(text: str) -> tuple[Any, tuple[str, ...]]:
    """The values, and the keys that an object has twice."""
    doubled: dict[str, None] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(items)
        if len(seen) < len(items):
            counts = Counter(key for key, _ in items)
            doubled.update((key, None) for key, count in counts.items() if count > 1)
        return seen

    # strict=False: prompts written over several lines are read as they stand, as the reference does not.
    return json.JSONDecoder(object_pairs_hook=pairs, strict=False).decode(text), tuple(doubled)


def _refused(text: str, source: str, slip: Repair) -> PresetError:
    remedy = "" if slip.mended is not None else "; correct it by hand"
    shown = _line(text, slip.at)
    problem = Problem(_place(source, text, slip.at), "", f"is not JSON: {slip.what}{remedy}\n{shown}")
    return PresetError(source, (problem,), None if remedy else FixJson())


def _line(text: str, at: int) -> str:
    """The line around a position with a caret below it, cut to a readable width."""
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
        seen = match.start()
        start = text.rfind("\n", 0, seen) + 1
        places.setdefault(match[1], f"{source}:{line}:{seen - start + 1}")
    return places
