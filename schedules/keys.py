"""Parses the keys of a schedule: `30`, `2s`, `8b`, `50%`, `max_f/2` -> a frame number."""

import math
import re
from dataclasses import dataclass

import numpy as np

from schedules import expression
from schedules.errors import ScheduleError
from schedules.evaluate import evaluate
from schedules.expression import MAX_LENGTH
from schedules.formula import Formula, Place
from schedules.scope import Scope

KEY_NAMES = frozenset({"max_f", "s", "fps", "bpm"})
_AMOUNT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*(%|s|b|)")
_FURTHEST = 1e12
_MAX_WRAPPINGS = 8


@dataclass(frozen=True)
class KeyTime:
    """The time of a key.

    Attributes:
        text: The source text without quotes and spaces.
        place: Its position in the source.
        amount: The number before the unit; unused for a formula.
        unit: "" for frames, "s" for seconds, "b" for beats, "%" for percent of the way to the last frame,
            "share" for a fraction of the number of frames.
        formula: The formula, if the key is one.
    """

    text: str
    place: Place
    amount: float
    unit: str
    formula: Formula | None

    def frame(self, scope: Scope) -> int:
        """Returns the frame the key falls on.

        Fractions of a frame are cut off, as in Deforum; times in seconds, beats and percent, which Deforum
        lacks, are rounded to the nearest frame.

        Raises:
            ScheduleError: The key is in beats and the film has no `bpm`, or its value is not a frame number.
        """
        if self.formula is not None:
            return self._whole(float(evaluate(self.formula, np.zeros(1, dtype=np.int64), scope)[0]))
        if self.unit == "":
            return self._whole(self.amount)
        if self.unit == "b" and scope.bpm is None:
            message = f"`{self.text}` is in beats, and the film has no beat"
            raise self.place.error(message, 0, "set bpm, such as bpm: 120")
        if self.unit == "share":
            return math.floor(self.amount * scope.frames + 1e-9)
        per_unit = {"s": scope.fps, "b": 60.0 / (scope.bpm or 1.0) * scope.fps, "%": scope.max_f / 100}
        return self._whole(math.floor(self.amount * per_unit[self.unit] + 0.5))

    def _whole(self, frame: float) -> int:
        if not abs(frame) < _FURTHEST:
            raise self.place.error(f"key `{self.text}` gives no frame (its value is {frame:g})", 0)
        return int(frame)


def parse_key(text: str, place: Place) -> KeyTime:
    """Parses a key.

    Raises:
        ScheduleError: The text is not a key; points at the column.
    """
    if len(text) > MAX_LENGTH:
        raise place.error(f"a key has {len(text)} characters; expected at most {MAX_LENGTH}")
    bare, lead = unwrap(text)
    inner = Place(place.text, place.column + lead)
    amount = _AMOUNT.fullmatch(bare)
    if amount:
        return KeyTime(bare, inner, float(amount.group(1)), amount.group(2), None)
    if not bare:
        raise inner.error("a key is missing before ':'", 0, "write the frame number, such as 0:(1.02)")
    variable = re.search(r"\bt\b", bare)
    if variable:
        hint = "a key is a single time: use max_f, s, fps and numbers"
        raise inner.error("a key cannot depend on `t`", variable.start(), hint)
    formula = expression.parse(bare, place=inner, names=KEY_NAMES)
    return KeyTime(bare, inner, 0.0, "", formula)


def unwrap(text: str) -> tuple[str, int]:
    """Returns `text` without surrounding spaces, quotes and parentheses, and the length cut at its start."""
    lead = len(text) - len(text.lstrip())
    bare = text.strip()
    for _ in range(_MAX_WRAPPINGS):
        if len(bare) < 2 or not ((bare[0] == bare[-1] and bare[0] in "'\"") or _is_bracketed(bare)):
            break
        inside = bare[1:-1]
        lead += 1 + len(inside) - len(inside.lstrip())
        bare = inside.strip()
    return bare, lead


def _is_bracketed(text: str) -> bool:
    """Returns True if the first and the last character of `text` are matching parentheses."""
    if text[0] != "(" or text[-1] != ")":
        return False
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return index == len(text) - 1
    return False


def is_key(text: str) -> bool:
    """Returns True if `text` is a valid key."""
    try:
        parse_key(text, Place(text))
    except ScheduleError:
        return False
    return True
