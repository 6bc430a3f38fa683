"""Frame rates: the exact fraction meant by a number, and the standard rate nearest to a measured one."""

from fractions import Fraction

_TELEVISION = (12, 15, 24, 30, 48, 60, 72, 90, 96, 120, 240)
"""Nominal rates N of the television rates N * 1000/1001, written 23.976, 29.97, 59.94 and the like."""
_NEAR = 0.005
"""Largest rounding error of such a number: 23.98 is 24000/1001, too."""
_MEASURED = 5e-4
"""Largest error of a measured rate, relative to the standard one."""


def frame_rate(fps: float | Fraction) -> Fraction:
    """Returns the exact rate meant by a number: 29.97 is 30000/1001, as in television."""
    if isinstance(fps, Fraction):
        return fps
    for whole in _TELEVISION:
        rate = Fraction(whole * 1000, 1001)
        if abs(rate - fps) < _NEAR and fps != whole:
            return rate
    return Fraction(fps).limit_denominator(1001 if fps >= 0.01 else 1_000_000)


def standard_rate(mean: float) -> float:
    """Returns the standard rate near a measured one, such as 23.976; else the measured one to 3 digits."""
    television = (round(whole * 1000 / 1001, 3) for whole in _TELEVISION)
    standard = (*television, round(mean))
    return next((rate for rate in standard if rate and abs(mean / rate - 1) < _MEASURED), round(mean, 3))
