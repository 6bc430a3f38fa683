"""Spells the values of keys, in the quotes and brackets that the old value had."""

import math
from dataclasses import dataclass
from decimal import Decimal

from schedules.formula import Place
from schedules.keys import unwrap
from schedules.reading import plain
from schedules.values import split_ease

_DIGITS = 3
"""Digits of a dragged value below the first one of the curve's span: a thousandth of it."""
_LONGEST = 1e15


@dataclass(frozen=True)
class Spelled:
    """A value as text, in its parts.

    Attributes:
        before: Brackets and quotes before the content.
        content: A number or a formula.
        behind: Brackets and quotes behind it.
        ease: Name of the easing after the value; None without one.
    """

    before: str
    content: str
    behind: str
    ease: str | None

    @classmethod
    def of(cls, text: str) -> "Spelled":
        """Returns the parts of a value's text."""
        text = text.strip()
        body, ease = split_ease(plain(text), Place(text))
        bare, lead = unwrap(body)
        stop = lead + len(bare)
        return cls(text[:lead], text[lead:stop], text[stop : len(body)], ease)

    def __str__(self) -> str:
        return f"{self.before}{self.content}{self.behind}{f' {self.ease}' if self.ease else ''}"


def rounded(value: float, span: float) -> int | float:
    """Returns a value with the digits that a curve of some height can show: a thousandth of it.

    Args:
        value: A number.
        span: Largest minus smallest value of the curve; 0 for a constant, whose digits are those of `value`.
    """
    size = abs(span) or abs(value) or 1.0
    digits = _DIGITS - math.floor(math.log10(size)) if math.isfinite(size) else 0
    return tidy(round(float(value), max(digits, 0)))


def tidy(value: float) -> int | float:
    """Returns a whole number as an int, and any other as a plain float."""
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < _LONGEST else number


def number_text(value: int | float) -> str:
    """Returns a number as text, without an exponent unless it is huge: Deforum takes one for a formula."""
    return f"{Decimal(str(value)):f}" if abs(value) < _LONGEST else str(value)
