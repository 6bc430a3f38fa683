"""Parses the source of prompts into keys: one text, a mapping, JSON text, or a list."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schedules.errors import ScheduleError
from schedules.expression import VARIABLES
from schedules.formula import Formula, Place
from schedules.keyed_text import decode
from schedules.keys import KeyTime
from schedules.limits import MAX_FORMULAS, limit_work
from schedules.prompt_text import PromptText
from schedules.sources import entries
from schedules.values import check_ease, is_number

MAX_PROMPT = 100_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMPTY = "put text that begins with # or is empty in quotes"


@dataclass(frozen=True)
class PromptKey:
    """A keyed prompt: time, text, and the easing by which it morphs into the next (None: it does not).

    `names` are the variables of formulas in it.
    """

    at: KeyTime
    text: str
    ease: str | None
    label: str = ""
    names: frozenset[str] = VARIABLES

    @property
    def place(self) -> Place:
        """Position of the key in the source."""
        return self.at.place

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas of the key and between backticks."""
        pieces = (self.at.formula, *PromptText.parse(self.text, names=self.names).pieces)
        return tuple(piece for piece in pieces if isinstance(piece, Formula))


def parse_prompts(
    source: str | Mapping[Any, Any] | Sequence[Any],
    signals: Collection[str] = (),
    markers: Collection[str] = (),
) -> tuple[PromptKey, ...]:
    """Parses keyed prompts; see `Prompts.parse`.

    Raises:
        ScheduleError: There are no prompts, or math in one cannot be read; points at the column.
    """
    decoded = decode(source) if isinstance(source, str) else source
    if isinstance(decoded, str) or is_number(decoded):
        keys = _list_keys([decoded])
    elif isinstance(decoded, Mapping):
        keys = _mapping_keys(decoded, markers)
    elif isinstance(decoded, Sequence):
        keys = _list_keys(decoded)
    else:
        hint = _EMPTY if decoded is None else ""
        raise ScheduleError(f"prompts are text, a mapping or a list, not {decoded!r:.80}", hint=hint)
    names = VARIABLES.union(signals, markers)
    return tuple(limit_work(replace(key, names=names) for key in keys))


def _mapping_keys(source: Mapping[Any, Any], markers: Collection[str]) -> Iterator[PromptKey]:
    rest = {key: value for key, value in source.items() if key != "morph"}
    morph = check_ease(source["morph"], Place(str(source["morph"]))) if "morph" in source else None
    if not rest:
        raise ScheduleError("there is no prompt", hint='write keys such as {0: "a lake at dawn"}')
    try:
        for entry in entries(rest, markers):
            yield _prompt_key(entry.at, entry.value, morph, entry.place)
    except ScheduleError as error:
        if " " not in error.text or error.text not in rest:
            raise
        hint = "; ".join(filter(None, (error.hint, "if this is one prompt, put it in quotes")))
        raise ScheduleError(error.message, text=error.text, column=error.column, hint=hint) from None


def _list_keys(source: Sequence[Any]) -> Iterator[PromptKey]:
    if not source:
        raise ScheduleError("there is no prompt", hint='write a prompt, such as "a lake at dawn"')
    for index, item in enumerate(source):
        place = Place(
            item if isinstance(item, str) else "", 0, f"prompt {index + 1}: " if len(source) > 1 else ""
        )
        at = KeyTime(f"{index}/{len(source)}", place, index / len(source), "share", None)
        yield _prompt_key(at, item, None, place)


def _prompt_key(at: KeyTime, value: Any, morph: str | None, place: Place) -> PromptKey:
    ease = morph
    if isinstance(value, Mapping):
        if "text" not in value or set(value) - {"text", "negative", "ease"}:
            raise place.error("a prompt as a mapping has `text` and, optionally, `negative` and `ease`", 0)
        ease = check_ease(value["ease"], place) if "ease" in value else morph
        value = f"{value['text']} --neg {value['negative']}" if value.get("negative") else value["text"]
    if is_number(value):
        value = str(value)
    if not isinstance(value, str):
        raise place.error("a prompt is text", 0, _EMPTY if value is None else "put it in quotes")
    if control := _CONTROL.search(value):
        hint = "in double quotes \\ begins an escape: put text with \\ in single quotes"
        raise place.error(f"a prompt contains the control character {control[0]!r}", control.start(), hint)
    if len(value) > MAX_PROMPT or value.count("`") > 2 * MAX_FORMULAS:
        size = f"{len(value)} characters and {value.count('`') // 2} formulas"
        message = f"{place.label}this prompt is too long: it has {size}"
        hint = f"at most {MAX_PROMPT} characters and {MAX_FORMULAS} formulas"
        raise ScheduleError(message, hint=hint)
    return PromptKey(at, value, ease, place.label)
