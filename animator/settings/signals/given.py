"""`Given`: variables of a film that its settings do not name: from Python, or recorded by its run."""

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from animator.errors import UserError
from animator.settings.signals.heard import Heard
from animator.sound.signals import Column
from schedules.expression import CONSTANTS, VARIABLES

MOST_GIVEN = 200


@dataclass(frozen=True, eq=False)
class Given:
    """Variables of a film that its settings do not name.

    Attributes:
        signals: Values by name, (frames,) float64 each.
        recorded: What the film's run heard when it began, instead of all that its settings name.
    """

    signals: Mapping[str, Column] = field(default_factory=dict)
    recorded: Heard | None = None

    def problem(self, frames: int) -> str:
        """Returns what is wrong with the variables; empty if nothing is.

        Args:
            frames: Number of frames of the film.
        """
        if len(self.signals) > MOST_GIVEN:
            return f"has {len(self.signals)} variables; expected at most {MOST_GIVEN}"
        return next(filter(None, (_problem(name, self.signals[name], frames) for name in self.signals)), "")


def given_from(signals: Mapping[str, Any] | None) -> Given:
    """Returns variables given from Python: sequences or arrays of numbers by name.

    Raises:
        UserError: They are no mapping.
    """
    if not isinstance(signals or {}, Mapping):
        raise UserError(f"signals: is {signals!r:.80}; expected variables by name, such as {{'amp': array}}")
    return Given({str(name): _column(values) for name, values in (signals or {}).items()})


def _column(values: Any) -> Column:
    """Returns values as an array; one that is no number for what makes none."""
    try:
        array = np.asarray(values)
        return np.full(array.shape, np.nan) if np.iscomplexobj(array) else array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.full(1, np.nan)


def _problem(name: str, column: Column, frames: int) -> str:
    is_taken = name in VARIABLES or name in CONSTANTS or name == "i" or keyword.iskeyword(name)
    if is_taken or not (name.isascii() and name.isidentifier()) or name.startswith("_"):
        return f"{name!r:.80} cannot be the name of a variable"
    if column.shape != (frames,):
        return f"`{name}` has the shape {column.shape}; expected one number for each of {frames} frames"
    return "" if np.isfinite(column).all() else f"`{name}` has values that are no finite numbers"
