"""Parsing of JSON that others may have written: every failure is a ValueError."""

import json
import re
from typing import Any

MAX_DIGITS = 100
"""Digits of the longest whole number; none of ours needs more than 20."""
_LONG_NUMBER = re.compile(rf"\d{{{MAX_DIGITS + 1},}}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(text: str | bytes) -> Any:
    """Returns the value of a JSON text.

    Raises:
        ValueError: It is not JSON, is nested too deeply, or has a number that is too long.
    """
    try:
        return json.loads(text, parse_int=parse_int)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def parse_json_once(text: str | bytes) -> dict[str, Any]:
    """Returns the object of a JSON text in which no key occurs twice: readers differ in which one counts.

    Raises:
        ValueError: As `parse_json`, or it is not an object, or a key occurs twice.
    """
    try:
        value = json.loads(text, parse_int=parse_int, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"is {type(value).__name__}, not an object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise ValueError(f"has {key[:80]!r} twice")
        value[key] = item
    return value


def parse_int(digits: str) -> int:
    """Returns a whole number.

    Raises:
        ValueError: It has more digits than any number may have; Python takes seconds for very long ones.
    """
    if len(digits) > MAX_DIGITS + 1:
        raise ValueError(f"a number has {len(digits)} digits; expected at most {MAX_DIGITS}")
    return int(digits)


def find_long_number(text: str) -> int | None:
    """Returns the position of the first number that is too long, or None."""
    match = _LONG_NUMBER.search(text)
    return match.start() if match else None


def half_character(text: str) -> str:
    """Returns the first surrogate in a text, which is half of a character, as it is escaped; else empty."""
    match = _SURROGATE.search(text)
    return "" if match is None else f"\\u{ord(match[0]):04x}"
