"""`RateSchedule`: a learning rate that changes at steps, written as `1e-3:100, 1e-5`."""

import math
from bisect import bisect_right
from dataclasses import dataclass

MAX_PIECES = 1000
LARGEST = 10.0
EXPECTED = "expected a number such as 1e-4, or numbers until steps, such as 1e-3:100, 1e-4:500, 1e-5"


@dataclass(frozen=True)
class RateSchedule:
    """A learning rate for each step.

    Attributes:
        rates: The learning rates, in order.
        ends: The step, counted from 0, before which each ends; the last one may have none.
    """

    rates: tuple[float, ...]
    ends: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> "RateSchedule":
        """Returns the schedule of a text, as A1111 writes learning rates.

        Raises:
            ValueError: The text is none.
        """
        pieces = [piece.strip() for piece in text.split(",")]
        if len(pieces) > MAX_PIECES:
            raise ValueError(f"has {len(pieces)} rates; expected at most {MAX_PIECES}")
        rates: list[float] = []
        ends: list[int] = []
        for index, piece in enumerate(pieces):
            number, colon, end = piece.partition(":")
            rates.append(_rate(number))
            if not colon and index + 1 < len(pieces):
                raise ValueError(f"{piece!r} has no step at which the next rate begins; {EXPECTED}")
            if colon:
                ends.append(_step(piece, end, ends[-1] if ends else 0))
        return cls(tuple(rates), tuple(ends))

    def at(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0; after the last one's end, the last one."""
        return self.rates[min(bisect_right(self.ends, step), len(self.rates) - 1)]

    @property
    def stop(self) -> int | None:
        """The step at which the last rate ends; None where it has no end."""
        return self.ends[-1] if len(self.ends) == len(self.rates) else None


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no number; {EXPECTED}") from None
    if not (math.isfinite(rate) and 0 <= rate <= LARGEST):
        raise ValueError(f"{text[:40]} is not between 0 and {LARGEST:g}; {EXPECTED}")
    return rate


def _step(piece: str, text: str, before: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > before):
        raise ValueError(f"{piece[:40]!r} does not end at a step after {before}; {EXPECTED}")
    return int(text)
