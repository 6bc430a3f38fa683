"""`PromptText`: the text of a prompt with math between backticks; its negative part after `--neg`."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedules import expression
from schedules.errors import ScheduleError
from schedules.evaluate import evaluate
from schedules.expression import VARIABLES
from schedules.formula import Formula, Place
from schedules.scope import Scope

NEGATIVE = "--neg"
MATHS = re.compile(r"`([^`]*)`")

Numbers = Callable[[Formula, NDArray[np.int64], Scope], Sequence[str]]


@dataclass(frozen=True)
class PromptText:
    """A prompt as alternating pieces of plain text and formulas."""

    pieces: tuple[str | Formula, ...]

    @classmethod
    def parse(
        cls, text: str, *, math: re.Pattern[str] = MATHS, names: Collection[str] = VARIABLES
    ) -> "PromptText":
        """Parses a prompt; a single backtick is plain text.

        Args:
            text: The prompt.
            math: What separates formulas from text; its first group is the formula.
            names: Variables of formulas.

        Raises:
            ScheduleError: The text between backticks is not math; points at the column.
        """
        pieces: list[str | Formula] = []
        done = 0
        for match in math.finditer(text):
            formula = expression.parse(match.group(1), place=Place(text, match.start() + 1), names=names)
            pieces += [text[done : match.start()], formula]
            done = match.end()
        return cls((*pieces, text[done:]))

    @property
    def columns(self) -> int:
        """How many functions in its formulas are computed over the whole film."""
        return sum(piece.columns for piece in self.pieces if isinstance(piece, Formula))

    def render(self, frames: NDArray[np.int64], scope: Scope, numbers: Numbers) -> list[str]:
        """Returns the text at each of `frames` (n,), with formulas replaced by the texts from `numbers`."""
        columns = [
            numbers(piece, frames, scope) if isinstance(piece, Formula) else [piece] * len(frames)
            for piece in self.pieces
        ]
        return ["".join(row) for row in zip(*columns, strict=True)]


def short_numbers(formula: Formula, frames: NDArray[np.int64], scope: Scope) -> list[str]:
    """Returns a formula's values as text with up to 6 digits.

    Raises:
        ScheduleError: A value is not finite; names the frame.
    """
    values = evaluate(formula, frames, scope)
    bad = ~np.isfinite(values)
    if bad.any():
        first = int(np.argmax(bad))
        message = f"`{formula.text}` gives {values[first]}"
        raise ScheduleError(message, text=formula.text, column=0, frame=int(frames[first]))
    return [f"{value:.6g}" for value in values]


def split_negative(text: str) -> tuple[str, str]:
    """Returns the positive part and the negative ones, joined by commas, of a prompt."""
    positive, *negatives = (part.strip() for part in text.split(NEGATIVE))
    return positive, ", ".join(part for part in negatives if part)
