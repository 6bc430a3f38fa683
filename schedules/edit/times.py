"""Spells the time of a moved key: in the unit it was written in, where that is exact."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from schedules.formula import Place
from schedules.keys import KeyTime, parse_key
from schedules.scope import Scope

_DIGITS = 3
"""Decimals of a time in seconds, beats or percent; where more are needed it is given in frames."""


def time_at(time: KeyTime, frame: int, scope: Scope) -> str:
    """Returns the text of a time on a frame: in the unit of `time` where that is exact, else in frames."""
    if time.frame(scope) == frame:
        return time.text
    amount = _AMOUNTS[time.unit](frame, scope) if time.unit in _AMOUNTS else None
    if amount is None or not abs(round(amount, _DIGITS) - amount) <= 1e-9:
        return str(frame)
    text = f"{Decimal(str(round(amount, _DIGITS))):f}".rstrip("0").rstrip(".") + time.unit
    return text if parse_key(text, Place(text)).frame(scope) == frame else str(frame)


_AMOUNTS: Mapping[str, Callable[[int, Scope], float | None]] = {
    "s": lambda frame, scope: frame / scope.fps,
    "b": lambda frame, scope: scope.beat_of_frame(frame),
    "bar": lambda frame, scope: scope.beat_of_frame(frame) / scope.beats_per_bar,
    "%": lambda frame, scope: frame / scope.max_f * 100 if scope.max_f else None,
}
