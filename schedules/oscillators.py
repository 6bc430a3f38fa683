"""Functions of the time of a frame: waves that repeat, and smooth noise.

Each takes frame numbers `t` (n,) and `fps` before the operands that are written in a formula.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError
from schedules.seeds import derive

_SNAP = 1e-9  # of a cycle: 2 s / 0.1 s is 20 cycles, whatever the rounding
_FURTHEST = 2.0**52

Array = NDArray[np.float64]


def saw(t: Array, fps: Any, period: Any, phase: Any) -> Array:
    """Returns a ramp from 0 to 1 that starts over with each period.

    Args:
        t: Frames (n,).
        fps: Frames per second.
        period: Length of a cycle in seconds.
        phase: Start, as a share of a cycle.
    """
    cycles = np.asarray(t / fps / period + phase, dtype=np.float64)
    whole = np.rint(cycles)
    cycles = np.where(np.abs(cycles - whole) <= _SNAP * np.maximum(np.abs(cycles), 1.0), whole, cycles)
    return np.asarray(cycles - np.floor(cycles))


def tri(t: Array, fps: Any, period: Any, phase: Any) -> Array:
    """Returns a wave in straight lines from 0 to 1 and back; args as `saw`."""
    return np.asarray(1 - np.abs(2 * saw(t, fps, period, phase) - 1))


def square(t: Array, fps: Any, period: Any, phase: Any) -> Array:
    """Returns 1 in the first half of each period and 0 in the second; args as `saw`."""
    return pulse(t, fps, period, 0.5, phase)


def pulse(t: Array, fps: Any, period: Any, duty: Any, phase: Any) -> Array:
    """Returns 1 in the first `duty` (0 to 1) of each period, else 0; other args as `saw`."""
    along = saw(t, fps, period, phase)
    return np.where(np.isnan(along), np.nan, np.where(along < duty - _SNAP, 1.0, 0.0))


def wiggle(t: Array, fps: Any, rate: Any, seed: Any) -> Array:
    """Returns smooth noise between -1 and 1, which depends on nothing but the time and the seed.

    Args:
        t: Frames (n,).
        fps: Frames per second.
        rate: New random values per second; the curve goes smoothly through them.
        seed: A whole number; curves of different seeds are independent.

    Raises:
        ScheduleError: The rate is negative, or the seed is not a whole number.

    Source:
        Value noise with the quintic weights of K. Perlin, "Improving Noise" (2002).
    """
    per_second, number = float(np.ravel(rate)[0]), float(np.ravel(seed)[0])
    if not 0 <= per_second < np.inf:
        raise ScheduleError(f"`wiggle` takes a rate of 0 or more per second, not {per_second:g}")
    if not number.is_integer():
        raise ScheduleError(f"the seed of `wiggle` is a whole number, not {number:g}")
    at = np.clip(np.asarray(t / fps * per_second, dtype=np.float64), -_FURTHEST, _FURTHEST)
    left = np.floor(at)
    u = at - left
    weight = u * u * u * (u * (u * 6 - 15) + 10)
    key = derive(int(number), 0, "wiggle")
    return np.asarray(_random(left, key) * (1 - weight) + _random(left + 1, key) * weight)


def _random(index: Array, key: int) -> Array:
    """Returns a random number in [-1, 1) for each whole number (n,), hashed from it and the key.

    Source:
        The finalizer of SplitMix64; Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators"
        (2014).
    """
    z = index.astype(np.int64).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1)
