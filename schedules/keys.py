"""Parses the keys of a schedule: `30`, `2s`, `8b`, `2bar`, `50%`, `max_f/2`, `drop` -> a frame number."""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from schedules import expression
from schedules.errors import ScheduleError
from schedules.evaluate import evaluate
from schedules.expression import FILM_VARIABLES, MAX_LENGTH
from schedules.formula import Apply, Formula, Place
from schedules.scope import Scope
from schedules.suggest import suggestion

UNIT = r"(?:bar|[sb%])"
"""Pattern of the units of a time: bars, seconds, beats, percent."""
_AMOUNT = re.compile(rf"([+-]?(?:\d+\.?\d*|\.\d+))\s*({UNIT}?)")
_FURTHEST = 1e12
_SINGLE = "a key is a single time: use max_f, s, fps and numbers"
_MAX_WRAPPINGS = 8


@dataclass(frozen=True)
class KeyTime:
    """The time of a key.

    Attributes:
        text: The source text without quotes and spaces.
        place: Its position in the source.
        amount: The number before the unit; unused for a formula.
        unit: "" for frames, "s" for seconds, "b" for beats, "bar" for bars, "%" for percent of the
            way to the last frame, "share" for a fraction of the number of frames.
        formula: The formula, if the key is one.
    """

    text: str
    place: Place
    amount: float
    unit: str
    formula: Formula | None

    def frame(self, scope: Scope) -> int:
        """Returns the frame the key falls on.

        Fractions of a frame are cut off, as in Deforum; times in seconds, beats, bars and percent, and
        markers, which Deforum lacks, are rounded to the nearest frame.

        Raises:
            ScheduleError: The key is in beats and the film has none, it names a marker that the film lacks,
                or its value is not a frame number.
        """
        if self.formula is not None:
            self._check_markers(self.formula, scope)
            return self._whole(float(evaluate(self.formula, np.zeros(1, dtype=np.int64), scope)[0]))
        if self.unit == "":
            return self._whole(self.amount)
        if self.unit == "share":
            return math.floor(self.amount * scope.frames + 1e-9)
        return self._whole(float(np.floor(self._fraction(scope) + 0.5)))

    def _fraction(self, scope: Scope) -> float:
        """Returns the frame, perhaps between two, of a time in seconds, beats, bars or percent."""
        if self.unit == "s":
            return self.amount * scope.fps
        if self.unit == "%":
            return self.amount * (scope.max_f / 100)
        if not scope.has_beat:
            what = "beats" if self.unit == "b" else "bars"
            message = f"`{self.text}` is in {what}, and the film has no beat"
            raise self.place.error(message, 0, "set bpm, such as bpm: 120")
        return scope.frame_of_beat(self.amount * (scope.beats_per_bar if self.unit == "bar" else 1))

    def _check_markers(self, formula: Formula, scope: Scope) -> None:
        for name in sorted(formula.names - FILM_VARIABLES - scope.markers.keys()):
            hint = suggestion(name, scope.markers) or f"markers: {', '.join(sorted(scope.markers)) or 'none'}"
            raise self.place.error(f"the film has no marker `{name}`", 0, hint)

    def _whole(self, frame: float) -> int:
        if not abs(frame) < _FURTHEST:
            raise self.place.error(f"key `{self.text}` gives no frame (its value is {frame:g})", 0)
        return int(frame)


def parse_key(text: str, place: Place, markers: Collection[str] = ()) -> KeyTime:
    """Parses a key.

    Args:
        text: The key.
        place: Its position in the source.
        markers: Names that it may have; `Scope.markers` has their times.

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
        raise inner.error("a key cannot depend on `t`", variable.start(), _SINGLE)
    formula = expression.parse(bare, place=inner, names=FILM_VARIABLES.union(markers))
    for node in formula.nodes():
        if isinstance(node, Apply) and node.operation.given:
            message = f"a key cannot depend on time, as `{node.operation.name}` does"
            raise inner.error(message, node.column, _SINGLE)
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


def is_key(text: str, markers: Collection[str] = ()) -> bool:
    """Returns True if `text` is a valid key; `markers` are names that it may have."""
    try:
        parse_key(text, Place(text), markers)
    except ScheduleError:
        return False
    return True
