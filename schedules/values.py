"""The value side of a schedule: a number or a formula, perhaps with the name of an easing behind it."""

import difflib
import math
import re
from dataclasses import dataclass

from schedules import expression, reference
from schedules.easing import EASINGS
from schedules.errors import ScheduleError
from schedules.expression import VARIABLES, Formula, Place
from schedules.keys import unwrapped

_LAST_WORD = re.compile(r"([A-Za-z_]\w*)\s*\Z")
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


def parse_value(text: str, place: Place) -> Value:
    """Returns the value that `text` says: `(1.5)`, `1+sin(t)`, `"1.5"`, `(0.5) ease_in_out`.

    A number is one in any spelling (`1e-3`, `( 2 )`, `-(3)`); everything else is a formula.

    Raises:
        ScheduleError: Neither; points at the column.
    """
    body, ease = split_ease(text, place)
    bare, lead = unwrapped(body)
    inner = Place(place.text, place.column + lead, place.label)
    try:
        formula = expression.parse(bare, place=inner)
    except ScheduleError as error:
        raise _explained(error, body) from None
    return Value(content(formula, inner), ease, Place(place.text, place.column + _lead(text), place.label))


def parse_reference_value(text: str, place: Place) -> Value:
    """Returns the value as the reference reads it: blanks or exponents make a number a formula.

    Raises:
        ScheduleError: The reference would refuse it too.
    """
    number = reference.number(text, place)
    if number is not None:
        return Value(number, None, place)
    return Value(expression.parse(text, place=place, names=_REFERENCE_NAMES), None, place)


def content(formula: Formula, place: Place) -> float | Formula:
    """Returns the number, where the formula is just one, else the formula."""
    if not formula.literal or formula.constant is None:
        return formula
    if not math.isfinite(formula.constant):
        raise place.error("this number is too large", 0)
    return formula.constant


def split_ease(text: str, place: Place) -> tuple[str, str | None]:
    """Returns the value's text and the name of the easing behind it, if there is one.

    No schedule of the reference can mean anything else by it: a word behind a finished value is refused there.
    """
    word = _LAST_WORD.search(text)
    if word is None:
        return text, None
    before = text[: word.start()].rstrip()
    finished = before and text[len(before) : word.start()] and re.search(r"[\w)'\"]\Z", before)
    if not finished or before.split()[-1] in ("and", "or", "not", "if", "else"):
        return text, None
    if word.group(1) in EASINGS:
        return before, word.group(1)
    close = difflib.get_close_matches(word.group(1), EASINGS, n=1, cutoff=0.7)
    if close:
        raise place.error(f"unknown easing `{word.group(1)}`", word.start(), f"did you mean `{close[0]}`?")
    return text, None


def check_ease(name: object, place: Place) -> str:
    """Returns the name of an easing.

    Raises:
        ScheduleError: There is none of this name.
    """
    if isinstance(name, str) and name in EASINGS:
        return name
    close = difflib.get_close_matches(str(name), EASINGS, n=1, cutoff=0.6)
    hint = f"did you mean `{close[0]}`?" if close else "easings: " + ", ".join(EASINGS)
    raise place.error(f"unknown easing `{name}`", 0, hint)


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip())


def _explained(error: ScheduleError, body: str) -> ScheduleError:
    """Returns the error, telling what the reference would have made of the text."""
    bare = reference.unwrapped(body.strip())
    if reference.is_number(bare) and bare.strip("+-"):
        hint = f"Deforum drops all brackets and quotes and reads {bare}; if that is meant, write ({bare})"
        return ScheduleError(error.message, text=error.text, column=error.column, hint=hint)
    return error
