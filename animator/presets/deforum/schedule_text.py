"""Writes schedules for Deforum: as their own text if it has the same meaning there, else frame by frame."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animator.settings.compat import rules_within
from schedules import Schedule, ScheduleError, Scope, TextSchedule

Values = NDArray[np.float64]
_DEFORUM_NAMES = frozenset(
    {"t", "s", "max_f", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}
    | {
        "arcsinh",
        "arccosh",
        "arctanh",
        "log",
        "log10",
        "log1p",
        "exp",
        "expm1",
        "sqrt",
        "abs",
        "floor",
        "ceil",
    }
)
_ROUNDING = 1e-12  # Deforum computes formulas with another library
_PI = re.compile(r"\bpi\b")


@dataclass(frozen=True)
class Written:
    """A schedule's text; `baked` if it is written out value by value."""

    text: str
    baked: bool


def number_text(schedule: Schedule, scope: Scope) -> Written:
    """Returns the text that Deforum reads as the values of a schedule of numbers."""
    wanted = schedule.values(scope)
    candidate = _candidate(schedule.source)
    if rules_within(scope).exports_source and isinstance(schedule.source, str):
        return Written(schedule.source, baked=False)
    values = _deforum_values(candidate, scope)
    if values is not None and np.allclose(values, wanted, rtol=_ROUNDING, atol=_ROUNDING):
        return Written(candidate, baked=False)
    return Written(_baked(wanted), baked=True)


def _deforum_values(text: str, scope: Scope) -> Values | None:
    """Returns the values that Deforum computes from a text; None if it cannot read it."""
    if not set(re.findall(r"[A-Za-z_]\w*", text)) <= _DEFORUM_NAMES:
        return None
    try:
        schedule = Schedule.parse(text)
        keys = schedule.keyed.deforum_keys
        if keys is None or any(key.at.unit for key in keys):
            return None
        return schedule.values(replace(scope, compat=True))
    except ScheduleError:
        return None


def word_text(schedule: TextSchedule, scope: Scope) -> Written:
    """Returns the text of a schedule of texts."""
    written = schedule.source
    if rules_within(scope).exports_source and isinstance(written, str) and ":" in written:
        return Written(written, baked=False)
    values = schedule.values(scope)
    starts = [i for i in range(len(values)) if i == 0 or values[i] != values[i - 1]]
    return Written(", ".join(f'{i}: ("{values[i]}")' for i in starts), baked=False)


def plain_number(value: float) -> str:
    """Formats a number without an exponent, which Deforum would read as a formula."""
    if float(value).is_integer():
        return str(int(value))
    return format(Decimal(repr(float(value))), "f")


def _candidate(source: Any) -> str:
    if isinstance(source, Mapping):
        return ", ".join(f"{key}: ({_value(value)})" for key, value in source.items())
    if isinstance(source, str):
        text = _PI.sub(repr(math.pi), source)
        return text if ":" in text else f"0: ({text})"
    return f"0: ({plain_number(source)})"


def _value(value: Any) -> str:
    return plain_number(value) if isinstance(value, int | float) else str(value)


def _baked(values: Values) -> str:
    """Writes one key per frame, without repeated keys in constant stretches."""
    last = len(values) - 1
    repeated = {i for i in range(1, last) if values[i - 1] == values[i] == values[i + 1]}
    return ", ".join(f"{i}: ({plain_number(values[i])})" for i in range(last + 1) if i not in repeated)
