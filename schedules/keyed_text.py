"""Reads prompts by frame that are written as one text, as in JSON with or without its braces."""

import json
import re
from typing import Any

from schedules.errors import ScheduleError
from schedules.keys import UNIT

_JSON = re.compile(r"\s*(\{\s*[\"'\d]|\[\s*[\"{])")
_JSON_OBJECT = re.compile(rf"\s*\{{\s*(?:[\"'][^|{{}}]*:|\d[\d.\s]{{0,99}}{UNIT}?\s*:(?!:))")
_QUOTED_KEY = re.compile(r"\s*([\"'])[^\"'\n]{1,80}\1\s*:")
_PLAIN_KEY = re.compile(rf"\s*\d+(?:\.\d+)?\s*{UNIT}?\s*:(?:\s+\S|[^\d\s])")
_QUOTED_VALUE = re.compile(rf"\s*\d+(?:\.\d+)?\s*{UNIT}?\s*:\s*[\"'(]")
_SEPARATOR = re.compile(r"[,|;\n]")
_TIME = rf"\s{{0,99}}(\d{{1,9}}(?:\.\d{{1,9}})? ?{UNIT}?)\s{{0,9}}:(?!:)"
_PART = re.compile(rf"{_TIME}(.*)", re.DOTALL)
_BAR = re.compile(rf"\|(?={_TIME.replace('(', '(?:', 1)})")
_LAST_COMMA = re.compile(r",\s{0,99}([}\]]\s{0,99})$")
_FORM = 'write a mapping, {"0": "a cat", "12": "a dog"}; one prompt for all frames: {"0": "the prompt"}'


def decode(text: str) -> Any:
    """Returns the mapping or list that `text` holds, or `text` itself where it is one prompt.

    Raises:
        ScheduleError: It has keys but is not JSON; shows the form to write.
    """
    if _QUOTED_KEY.match(text):
        return _decode_pairs(text)
    if _JSON.match(text):
        return _decode_json(text)
    if parts := _keyed_parts(text):
        return parts
    if _has_keys(text):
        raise ScheduleError("this text looks like prompts by frame", text=text, column=0, hint=_FORM)
    return text


def _decode_pairs(text: str) -> Any:
    """Returns the mapping of `"0": "a cat", "12": "a dog"`, which is JSON without its braces."""
    try:
        return json.loads(f"{{{text.rstrip().rstrip(',')}}}", strict=False)
    except json.JSONDecodeError as error:
        message = f"this text looks like prompts by frame, but is broken JSON: {error.msg}"
        column = max(min(error.pos - 1, len(text)), 0)
        raise ScheduleError(message, text=text, column=column, hint=_FORM) from None
    except RecursionError:
        raise ScheduleError("the JSON is too deeply nested", text=text, column=0) from None


def _keyed_parts(text: str) -> dict[str, str]:
    """Returns the mapping of `0: a cat | 30: a dog`; empty for any other text."""
    parts = [_PART.fullmatch(part) for part in _BAR.split(text)]
    pairs = [(part[1].replace(" ", ""), part[2].strip()) for part in parts if part]
    is_keyed = len(pairs) == len(parts) > 1 and len({key for key, _ in pairs}) == len(pairs)
    return dict(pairs) if is_keyed else {}


def _decode_json(text: str) -> Any:
    try:
        return json.loads(_LAST_COMMA.sub(r"\1", text), strict=False)
    except json.JSONDecodeError as error:
        if not _JSON_OBJECT.match(text):
            return text
        hint = "JSON needs double quotes, a comma between keys and none after the last"
        raise ScheduleError(f"broken JSON: {error.msg}", text=text, column=error.pos, hint=hint) from None
    except RecursionError:
        raise ScheduleError("the JSON is too deeply nested", text=text, column=0) from None


def _has_keys(text: str) -> bool:
    """Returns True for `0: a cat, 12: a dog` and the like; `2001: a space odyssey` is a prompt."""
    if not _PLAIN_KEY.match(text):
        return False
    is_first = re.match(rf"\s*0+\s*{UNIT}?\s*:", text) or _QUOTED_VALUE.match(text)
    return bool(is_first) or sum(bool(_PLAIN_KEY.match(part)) for part in _SEPARATOR.split(text)) > 1
