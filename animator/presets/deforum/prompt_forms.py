"""Converts the prompts of a settings file from any of their forms to {frame: prompt}."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schedules import keyed_text

_FRAME = re.compile(r"[0-9]{1,9}")
_KEYED = re.compile(r"\s*(\d{1,9})\s*:(.*)", re.DOTALL)


@dataclass(frozen=True)
class PromptForm:
    """Prompts by key, and a remark on how they were derived."""

    prompts: Mapping[str, str]
    remark: str = ""


def keyed_prompts(value: Any, frames: Any) -> PromptForm:
    """Reads prompts from a mapping, a JSON text, a list, `0: a | 30: b`, or a single text.

    Args:
        value: The value in the file.
        frames: The film's number of frames, over which a list is distributed.

    Raises:
        ValueError: It has another form; the message says what is expected.
    """
    if isinstance(value, str):
        return _from_text(value, frames)
    if isinstance(value, Mapping):
        return PromptForm({str(key): _check_text(text) for key, text in value.items()})
    if isinstance(value, Sequence):
        return _from_list(value, frames)
    if value is None:
        return PromptForm({})
    raise ValueError('expected prompts by frame, such as {"0": "a lake at dawn"}')


def with_negatives(prompts: Mapping[str, str], negatives: Mapping[Any, Any]) -> dict[str, str]:
    """Appends to each prompt the negative prompt in effect at its frame."""
    by_frame = sorted((int(key), _check_text(text)) for key, text in negatives.items() if _is_frame(key))
    result: dict[str, str] = {}
    for key, text in prompts.items():
        at = int(key) if _is_frame(key) else 0
        reached = [negative for frame, negative in by_frame if frame <= at] or [n for _, n in by_frame[:1]]
        result[key] = f"{text} --neg {reached[-1]}" if reached and reached[-1].strip() else text
    return result


def _from_text(text: str, frames: Any) -> PromptForm:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return keyed_prompts(json.loads(text), frames)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno} of the prompts"
            raise ValueError(f"{where}: broken JSON: {error.msg[:1].lower()}{error.msg[1:]}") from None
    if not text.strip():
        return PromptForm({})
    keyed = _keyed_parts(text.split("|"))
    if keyed:
        return PromptForm(keyed)
    decoded = keyed_text.decode(text)
    return PromptForm({"0": text}) if isinstance(decoded, str) else keyed_prompts(decoded, frames)


def _keyed_parts(parts: Sequence[str]) -> dict[str, str]:
    """Returns the prompts of parts such as `30: a forest`; empty if one has another form."""
    matches = [_KEYED.fullmatch(part) for part in parts]
    return {match[1]: match[2].strip() for match in matches if match} if all(matches) else {}


def _from_list(items: Sequence[Any], frames: Any) -> PromptForm:
    texts = [_check_text(item) for item in items if item not in (None, "")]
    keyed = _keyed_parts(texts)
    if keyed or not texts:
        return PromptForm(keyed)
    count = int(frames) if _is_frame(frames) else 120
    spread = {str(index * count // len(texts)): text for index, text in enumerate(texts)}
    remark = f"a list of {len(texts)} prompts is distributed evenly over the film" if len(texts) > 1 else ""
    return PromptForm(spread, remark)


def _is_frame(value: Any) -> bool:
    return bool(_FRAME.fullmatch(str(value)))


def _check_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a prompt is text, not {value!r:.60}")
    return value
