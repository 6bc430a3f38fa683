"""Splits the text of a schedule like the Deforum extension 3.0, for `compat`.

Source: observed behavior. Every comma separates, even in parentheses; of `a:b:c` the middle part is the
value; a value is a number if it is one after deleting all quotes and parentheses, wherever they are.
"""

import re

from schedules.formula import Place
from schedules.limits import MAX_KEYS
from schedules.reading import Item

_NUMBER = re.compile(r"(?=.)[+-]?[0-9]*(\.[0-9]+)?")
_WRAPPING = str.maketrans("", "", "'\"()")


def items(text: str) -> tuple[Item, ...] | None:
    """Returns the keys in Deforum's reading, or None if Deforum would fail."""
    if text.count(",") > MAX_KEYS:
        return None
    result: list[Item] = []
    start = 0
    for part in text.split(","):
        fields = part.split(":")
        if len(fields) < 2:
            return None
        result.append(Item(fields[0], start, fields[1], start + len(fields[0]) + 1))
        start += len(part) + 1
    return tuple(result)


def unwrapped(text: str) -> str:
    """Returns `text` without any quotes and parentheses."""
    return text.translate(_WRAPPING)


def is_number(text: str) -> bool:
    """Returns True if Deforum takes `text` for a number, even a single sign."""
    return _NUMBER.fullmatch(text) is not None


def number(text: str, place: Place) -> float | None:
    """Returns the number in Deforum's reading of `text`, or None for a formula.

    Raises:
        ScheduleError: Deforum takes the text for a number, but it is not one, such as a single sign.
    """
    bare = unwrapped(text.strip())
    if not is_number(bare):
        return None
    try:
        return float(bare)
    except ValueError:
        raise place.error(f"`{text.strip()}` is not a number") from None


def key_text(text: str) -> str:
    """Returns the text of a key as Deforum evaluates it: numbers stripped, formulas without outer quotes."""
    bare = unwrapped(text.strip())
    if is_number(bare):
        return bare
    inner = text.strip()
    for quote in "'\"":
        inner = inner.replace(quote, "", 1)
        cut = inner.rfind(quote)
        inner = inner[:cut] + inner[cut + 1 :] if cut >= 0 else inner
    return inner
