"""Frame rates as the exact fractions they stand for."""

from fractions import Fraction

_TELEVISION = (12, 15, 24, 30, 48, 60, 72, 90, 96, 120, 240)
"""Whole rates of which a thousand-and-first part less is meant by 23.976, 29.97, 59.94 and the like."""
_NEAR = 0.005
"""How far off people round them: 23.98 is 24000/1001, too."""


def frame_rate(fps: float | Fraction) -> Fraction:
    """The exact rate meant by a number: 29.97 is 30000/1001, as in television."""
    if isinstance(fps, Fraction):
        return fps
    for whole in _TELEVISION:
        rate = Fraction(whole * 1000, 1001)
        if abs(rate - fps) < _NEAR and fps != whole:
            return rate
    return Fraction(fps).limit_denominator(1001)
