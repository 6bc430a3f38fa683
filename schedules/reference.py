"""Schedule text as the Deforum extension 3.0 takes it apart, for `compat`.

Source: observed behavior. Every comma separates, whatever brackets stand around it; of `a:b:c` the middle
counts; a value is a number if it is one after all quotes and brackets are deleted, wherever they stood.
"""

import re

from schedules.formula import Place
from schedules.limits import MAX_KEYS
from schedules.reading import Item

_NUMBER = re.compile(r"(?=.)[+-]?[0-9]*(\.[0-9]+)?")
_WRAPPING = str.maketrans("", "", "'\"()")


def items(text: str) -> tuple[Item, ...] | None:
    """Returns the keys as the reference sees them, or None where it would stop with an error."""
    if text.count(",") > MAX_KEYS:
        return None
    found: list[Item] = []
    start = 0
    for part in text.split(","):
        fields = part.split(":")
        if len(fields) < 2:
            return None
        found.append(Item(fields[0], start, fields[1], start + len(fields[0]) + 1))
        start += len(part) + 1
    return tuple(found)


def unwrapped(text: str) -> str:
    """Returns `text` with every quote and bracket deleted."""
    return text.translate(_WRAPPING)


def is_number(text: str) -> bool:
    """Returns whether the reference takes `text` for a number; a lone sign passes."""
    return _NUMBER.fullmatch(text) is not None


def number(text: str, place: Place) -> float | None:
    """Returns the number that the reference sees in `text`, or None where it sees a formula.

    Raises:
        ScheduleError: What passes for a number there and is none, such as a lone sign.
    """
    bare = unwrapped(text.strip())
    if not is_number(bare):
        return None
    try:
        return float(bare)
    except ValueError:
        raise place.error(f"`{text.strip()}` is not a number") from None


def key_text(text: str) -> str:
    """Returns a key's text as the reference evaluates it: numbers bare, formulas without outer quotes."""
    bare = unwrapped(text.strip())
    if is_number(bare):
        return bare
    inner = text.strip()
    for quote in "'\"":
        inner = inner.replace(quote, "", 1)
        cut = inner.rfind(quote)
        inner = inner[:cut] + inner[cut + 1 :] if cut >= 0 else inner
    return inner
