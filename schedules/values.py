"""Parses the values of a schedule: a number or a formula, optionally followed by the name of an easing."""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from numbers import Real
from typing import TypeGuard

from schedules import expression, reference
from schedules.easing import EASINGS
from schedules.errors import ScheduleError
from schedules.expression import MAX_LENGTH, VARIABLES
from schedules.formula import Formula, Place
from schedules.keys import unwrap
from schedules.suggest import suggestion

_LAST_WORD = re.compile(r"(?<=[\s)])([A-Za-z_]\w*)\s*\Z")
_PLAIN_NUMBER = re.compile(r"\s*\(?\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)?\s*", re.ASCII)
_JOINING = ("and", "or", "not", "if", "else")
_DEFORUM_NAMES = VARIABLES | {"i"}  # Deforum's evaluator sees its caller's loop variable


@dataclass(frozen=True)
class Value:
    """The value of a key.

    Attributes:
        content: A number, which is interpolated to the next key, or a formula, which runs until it.
        ease: The easing to the next key; None if none is named.
        place: Position of the value in the source.
    """

    content: float | Formula
    ease: str | None
    place: Place


def parse_value(text: str, place: Place, names: Collection[str] = VARIABLES) -> Value:
    """Parses a value: `(1.5)`, `1+sin(t)`, `"1.5"`, `(0.5) ease_in_out`.

    A number may be spelled in any way (`1e-3`, `( 2 )`, `-(3)`); everything else is a formula.

    Raises:
        ScheduleError: The text is neither; points at the column.
    """
    start = Place(place.text, place.column + len(text) - len(text.lstrip()), place.label)
    if len(text) > 2 * MAX_LENGTH:
        raise place.error(f"a value has {len(text)} characters; expected at most {MAX_LENGTH}")
    if _PLAIN_NUMBER.fullmatch(text) and text.count("(") == text.count(")"):
        return Value(_finite(float(text.strip(" \t\n()")), start), None, start)
    body, ease = split_ease(text, place)
    bare, lead = unwrap(body)
    inner = Place(place.text, place.column + lead, place.label)
    try:
        formula = expression.parse(bare, place=inner, names=names)
    except ScheduleError as error:
        raise _explain(error, body) from None
    if formula.literal and formula.constant is not None:
        return Value(_finite(formula.constant, inner), ease, start)
    return Value(formula, ease, start)


def parse_deforum_value(text: str, place: Place) -> Value:
    """Parses a value like Deforum, for which a number with spaces or an exponent is a formula.

    Raises:
        ScheduleError: Deforum would reject it, too.
    """
    number = reference.number(text, place)
    if number is not None:
        return Value(number, None, place)
    return Value(expression.parse(text, place=place, names=_DEFORUM_NAMES), None, place)


def constant(number: float, place: Place, ease: str | None = None) -> Value:
    """Returns the value of a plain number.

    Raises:
        ScheduleError: The number is infinite or NaN.
    """
    try:
        value = float(number)
    except OverflowError:  # a whole number beyond the largest float
        value = math.inf
    return Value(_finite(value, place), ease, place)


def is_number(value: object) -> TypeGuard[float]:
    """Returns True if `value` is a number, not text, a truth value or a container."""
    return isinstance(value, Real) and not isinstance(value, bool)


def split_ease(text: str, place: Place) -> tuple[str, str | None]:
    """Returns the text of a value and the name of the easing after it, if there is one.

    This is unambiguous: Deforum rejects a word after a complete value.
    """
    word = _LAST_WORD.search(text)
    before = text[: word.start()].rstrip() if word else ""
    if word is None or not re.search(r"[\w)'\"]\Z", before) or before.split()[-1] in _JOINING:
        return text, None
    if word.group(1) in EASINGS:
        return before, word.group(1)
    question = suggestion(word.group(1), EASINGS, cutoff=0.7)
    if question:
        raise place.error(f"unknown easing `{word.group(1)}`", word.start(), question)
    return text, None


def check_ease(name: object, place: Place) -> str:
    """Returns the name of an easing.

    Raises:
        ScheduleError: There is no such easing.
    """
    if isinstance(name, str) and name in EASINGS:
        return name
    hint = suggestion(str(name), EASINGS) or f"known: {', '.join(EASINGS)}"
    raise place.error(f"unknown easing `{name!s:.80}`", 0, hint)


def _finite(number: float, place: Place) -> float:
    if not math.isfinite(number):
        raise place.error("this number is too large" if math.isinf(number) else "this is not a number")
    return number


def _explain(error: ScheduleError, body: str) -> ScheduleError:
    """Returns the error with a hint about text in quotes and about Deforum's reading."""
    bare = reference.unwrapped(body.strip())
    hint = error.hint
    if reference.is_number(bare) and bare.strip("+-"):
        hint = f"Deforum drops all parentheses and quotes and reads {bare}; if you mean that, write ({bare})"
    elif body.strip(" (")[:1] in ("'", '"') and "did you mean" not in hint:
        hint = "this is text in quotes; the schedule expects a number or a formula"
    return ScheduleError(error.message, text=error.text, column=error.column, hint=hint)
