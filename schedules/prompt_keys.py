"""Prompts as they are given -> their keys: one text, a mapping, JSON text, or a list."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schedules.errors import ScheduleError
from schedules.formula import Formula, Place
from schedules.keys import KeyTime
from schedules.limits import MAX_FORMULAS, bounded
from schedules.prompt_text import PromptText
from schedules.sources import entries
from schedules.values import check_ease

MAX_PROMPT = 100_000


@dataclass(frozen=True)
class PromptKey:
    """One keyed prompt: when, what, and by which easing it morphs into the next (None: it does not)."""

    at: KeyTime
    text: str
    ease: str | None
    label: str = ""

    @property
    def place(self) -> Place:
        """Where the key stands."""
        return self.at.place

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas of the key and between backticks."""
        pieces = (self.at.formula, *PromptText.parse(self.text).pieces)
        return tuple(piece for piece in pieces if isinstance(piece, Formula))


def parse_prompts(source: str | Mapping[Any, Any] | Sequence[Any]) -> tuple[PromptKey, ...]:
    """Returns the keyed prompts that `source` says; see `Prompts.parse`.

    Raises:
        ScheduleError: No prompts, or math in one that cannot be read; points at the column.
    """
    given = _from_json(source) if isinstance(source, str) else source
    if isinstance(given, str):
        return tuple(bounded(_list_keys([given])))
    if isinstance(given, Mapping):
        return tuple(bounded(_mapping_keys(given)))
    if isinstance(given, Sequence):
        return tuple(bounded(_list_keys(given)))
    raise ScheduleError(f"prompts are text, a mapping or a list, not {given!r:.80}")


def _from_json(text: str) -> Any:
    """Returns the mapping or list that `text` is as JSON, else `text` itself."""
    if not re.match(r"\s*(\{\s*[\"'\d]|\[\s*[\"{])", text):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if not re.match(r"\s*\{\s*[\"'\d][^|{}]*:", text):
            return text
        hint = "prompts as JSON have double quotes, a comma between keys and none behind the last"
        raise ScheduleError(f"broken JSON: {error.msg}", text=text, column=error.pos, hint=hint) from None
    except RecursionError:
        raise ScheduleError("the JSON is too deeply nested", text=text, column=0) from None


def _mapping_keys(source: Mapping[Any, Any]) -> Iterator[PromptKey]:
    rest = {key: value for key, value in source.items() if key != "morph"}
    morph = check_ease(source["morph"], Place(str(source["morph"]))) if "morph" in source else None
    if not rest:
        raise ScheduleError("there is no prompt", hint='write keys such as {0: "a lake at dawn"}')
    for entry in entries(rest):
        yield _prompt_key(entry.at, entry.value, morph, entry.place)


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
            raise place.error("a prompt as a mapping has `text` and, if wanted, `negative` and `ease`", 0)
        ease = check_ease(value["ease"], place) if "ease" in value else morph
        value = f"{value['text']} --neg {value['negative']}" if value.get("negative") else value["text"]
    if not isinstance(value, str):
        raise place.error("a prompt is text", 0)
    if len(value) > MAX_PROMPT or value.count("`") > 2 * MAX_FORMULAS:
        message = f"{place.label}a prompt too long: {len(value)} characters, {value.count('`') // 2} formulas"
        hint = f"at most {MAX_PROMPT} characters and {MAX_FORMULAS} formulas"
        raise ScheduleError(message, hint=hint)
    return PromptKey(at, value, ease, place.label)
