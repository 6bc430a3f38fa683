"""Frame rates: the exact fraction that a number stands for, the usual rate that a measurement is near."""

from fractions import Fraction

_TELEVISION = (12, 15, 24, 30, 48, 60, 72, 90, 96, 120, 240)
"""Whole rates of which a thousand-and-first part less is meant by 23.976, 29.97, 59.94 and the like."""
_NEAR = 0.005
"""How far off people round them: 23.98 is 24000/1001, too."""
_MEASURED = 5e-4
"""How far off a measured rate may be, relative to the usual one."""


def frame_rate(fps: float | Fraction) -> Fraction:
    """The exact rate meant by a number: 29.97 is 30000/1001, as in television."""
    if isinstance(fps, Fraction):
        return fps
    for whole in _TELEVISION:
        rate = Fraction(whole * 1000, 1001)
        if abs(rate - fps) < _NEAR and fps != whole:
            return rate
    return Fraction(fps).limit_denominator(1001)


def usual_rate(mean: float) -> float:
    """Returns the usual rate near a measured one, such as 23.976 or 25; without one, three digits of it."""
    television = (round(whole * 1000 / 1001, 3) for whole in _TELEVISION)
    usual = (*television, round(mean))
    return next((rate for rate in usual if rate and abs(mean / rate - 1) < _MEASURED), round(mean, 3))
