"""The value side of a schedule: a number or a formula, perhaps with the name of an easing behind it."""

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
from schedules.keys import unwrapped
from schedules.suggest import suggestion

_LAST_WORD = re.compile(r"(?<=[\s)])([A-Za-z_]\w*)\s*\Z")
_PLAIN_NUMBER = re.compile(r"\s*\(?\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)?\s*", re.ASCII)
_JOINING = ("and", "or", "not", "if", "else")
_REFERENCE_NAMES = VARIABLES | {"i"}  # the reference's evaluator sees its caller's loop variable


@dataclass(frozen=True)
class Value:
    """What a key says.

    Attributes:
        content: A number, which glides to the next key, or a formula, which runs until it.
        ease: The easing to the next key, where one is named.
        place: Where the value is written.
    """

    content: float | Formula
    ease: str | None
    place: Place


def parse_value(text: str, place: Place, names: Collection[str] = VARIABLES) -> Value:
    """Returns the value that `text` says: `(1.5)`, `1+sin(t)`, `"1.5"`, `(0.5) ease_in_out`.

    A number is one in any spelling (`1e-3`, `( 2 )`, `-(3)`); everything else is a formula.

    Raises:
        ScheduleError: Neither; points at the column.
    """
    start = Place(place.text, place.column + len(text) - len(text.lstrip()), place.label)
    if len(text) > 2 * MAX_LENGTH:
        raise place.error(f"a value of {len(text)} characters; {MAX_LENGTH} is the most")
    if _PLAIN_NUMBER.fullmatch(text) and text.count("(") == text.count(")"):
        return Value(_finite(float(text.strip(" \t\n()")), start), None, start)
    body, ease = split_ease(text, place)
    bare, lead = unwrapped(body)
    inner = Place(place.text, place.column + lead, place.label)
    try:
        formula = expression.parse(bare, place=inner, names=names)
    except ScheduleError as error:
        raise _explained(error, body) from None
    if formula.literal and formula.constant is not None:
        return Value(_finite(formula.constant, inner), ease, start)
    return Value(formula, ease, start)


def parse_reference_value(text: str, place: Place) -> Value:
    """Returns the value as the reference reads it: blanks or exponents make a number a formula.

    Raises:
        ScheduleError: The reference would refuse it too.
    """
    number = reference.number(text, place)
    if number is not None:
        return Value(number, None, place)
    return Value(expression.parse(text, place=place, names=_REFERENCE_NAMES), None, place)


def constant(number: float, place: Place, ease: str | None = None) -> Value:
    """Returns the value that a plain number is.

    Raises:
        ScheduleError: It is infinite or none.
    """
    try:
        value = float(number)
    except OverflowError:  # a whole number beyond the largest float
        value = math.inf
    return Value(_finite(value, place), ease, place)


def is_number(value: object) -> TypeGuard[float]:
    """Returns whether `value` is a number rather than text, a truth value or a container."""
    return isinstance(value, Real) and not isinstance(value, bool)


def split_ease(text: str, place: Place) -> tuple[str, str | None]:
    """Returns the value's text and the name of the easing behind it, if there is one.

    No schedule of the reference can mean anything else: a word behind a finished value is refused there.
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
        ScheduleError: There is none of this name.
    """
    if isinstance(name, str) and name in EASINGS:
        return name
    hint = suggestion(str(name), EASINGS) or f"known: {', '.join(EASINGS)}"
    raise place.error(f"unknown easing `{name!s:.80}`", 0, hint)


def _finite(number: float, place: Place) -> float:
    if not math.isfinite(number):
        raise place.error("this number is too large" if math.isinf(number) else "this is not a number")
    return number


def _explained(error: ScheduleError, body: str) -> ScheduleError:
    """Returns the error, telling also of text in quotes and of what the reference would have read."""
    bare = reference.unwrapped(body.strip())
    hint = error.hint
    if reference.is_number(bare) and bare.strip("+-"):
        hint = f"Deforum drops all brackets and quotes and reads {bare}; if that is meant, write ({bare})"
    elif body.strip(" (")[:1] in ("'", '"') and "did you mean" not in hint:
        hint = "in quotes stands a text, and this schedule wants a number or a formula"
    return ScheduleError(error.message, text=error.text, column=error.column, hint=hint)
