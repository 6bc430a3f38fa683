"""Prompts as they are given -> their keys: one text, a mapping, JSON text, or a list."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schedules.errors import ScheduleError
from schedules.formula import Formula, Place
from schedules.keys import KeyTime, parse_key
from schedules.prompt_text import PromptText
from schedules.sources import entries
from schedules.values import check_ease

MAX_PROMPT = 100_000
MAX_FORMULAS = 1_000


@dataclass(frozen=True)
class PromptKey:
    """One keyed prompt: when, what, and by which easing it morphs into the next (None: it does not)."""

    at: KeyTime
    text: str
    ease: str | None
    label: str = ""


def parse_prompts(source: str | Mapping[Any, Any] | Sequence[Any]) -> tuple[PromptKey, ...]:
    """Returns the keyed prompts that `source` says; see `Prompts.parse`.

    Raises:
        ScheduleError: No prompts, or maths in one that cannot be read; points at the column.
    """
    given = _from_json(source) if isinstance(source, str) else source
    if isinstance(given, str):
        keys: tuple[PromptKey, ...] = (PromptKey(parse_key("0", Place("0")), given, None),)
    elif isinstance(given, Mapping):
        keys = _mapping_keys(given)
    elif isinstance(given, Sequence):
        keys = _list_keys(given)
    else:
        raise ScheduleError(f"prompts are text, a mapping or a list, not {given!r:.80}")
    if sum(map(_formulas, keys)) > MAX_FORMULAS:
        raise ScheduleError(f"more than {MAX_FORMULAS} formulas in the prompts")
    return keys


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


def _mapping_keys(source: Mapping[Any, Any]) -> tuple[PromptKey, ...]:
    rest = {key: value for key, value in source.items() if key != "morph"}
    morph = check_ease(source["morph"], Place(str(source["morph"]))) if "morph" in source else None
    if not rest:
        raise ScheduleError("there is no prompt", hint='write keys such as {0: "a lake at dawn"}')
    return tuple(_prompt_key(entry.at, entry.value, morph, entry.place) for entry in entries(rest))


def _list_keys(source: Sequence[Any]) -> tuple[PromptKey, ...]:
    if not source:
        raise ScheduleError("there is no prompt", hint='write a prompt, such as "a lake at dawn"')
    keys = []
    for index, item in enumerate(source):
        at = parse_key(f"{index}*(max_f+1)/{len(source)}", Place(str(item)[:80]))
        keys.append(_prompt_key(at, item, None, Place(str(item), 0, f"prompt {index + 1}: ")))
    return tuple(keys)


def _prompt_key(at: KeyTime, value: Any, morph: str | None, place: Place) -> PromptKey:
    ease = morph
    if isinstance(value, Mapping):
        if "text" not in value or set(value) - {"text", "negative", "ease"}:
            raise place.error("a prompt as a mapping has `text` and, if wanted, `negative` and `ease`", 0)
        ease = check_ease(value["ease"], place) if "ease" in value else morph
        value = f"{value['text']} --neg {value['negative']}" if value.get("negative") else value["text"]
    if not isinstance(value, str):
        raise place.error("a prompt is text", 0)
    return PromptKey(at, value, ease, place.label)


def _formulas(key: PromptKey) -> int:
    """Returns how many formulas a prompt has, having read them all."""
    if len(key.text) > MAX_PROMPT:
        raise ScheduleError(f"{key.label}a prompt of {len(key.text)} characters; {MAX_PROMPT} is the most")
    if key.text.count("`") > 2 * MAX_FORMULAS:
        raise ScheduleError(f"{key.label}more than {MAX_FORMULAS} formulas in a prompt")
    return sum(isinstance(piece, Formula) for piece in PromptText.parse(key.text).pieces)
