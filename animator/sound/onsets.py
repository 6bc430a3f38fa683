"""`onsets_of`: when something begins to sound, to the millisecond.

The novelty of the spectra says that something begins, by a threshold that follows the music; the sudden part
of the power says when.
"""

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import SAMPLES
from animator.sound import spectrum
from animator.sound.features import STEP, Array, Features
from animator.sound.rhythm import Onsets
from animator.sound.stretches import between, totals_of

_RATE = SAMPLES // spectrum.HOP
"""Spectra per second."""
_STEPS_PER_SPECTRUM = spectrum.HOP // STEP
_NEAR = 6
"""Spectra on both sides of a peak, which is the highest of them: 30 ms."""
_AROUND = 40
"""Spectra on both sides of a peak, whose mean it exceeds: 200 ms."""
_ABOVE, _ABOVE_SHARE = 0.09, 0.08
"""By how much: at least so much, and this share of the largest novelty of the sound."""
_STRONG = 0.2
"""Least novelty that counts as strongest: a sound of weak onsets alone has no strong ones."""
_BEFORE_MS, _AFTER_MS = 15, 30
"""Where the beginning is looked for, around a peak of the novelty."""
_FIRST_MS, _LATER_MS = 20, (200, 400)
"""The beginning of a file, and what is compared with it."""
_RISE_MS = 6
"""Time before and after a moment whose levels are compared."""
_NEARLY = 0.9
"""Share of the steepest rise that counts as well; the last such moment is it: until then it was quieter."""
_KEPT_MS, _KEPT = (10, 30), 0.25
"""An onset leaves this share of the power before it, so far on each side; a cut, which clicks, does not."""


def onsets_of(features: Features) -> Onsets:
    """Returns the onsets of a sound."""
    peaks, above = _peaks(features.spectra.novelty)
    stays = _stays(peaks * _STEPS_PER_SPECTRUM, features.power)
    peaks, above = peaks[stays], above[stays]
    times, first = np.unique(_beginnings(peaks * _STEPS_PER_SPECTRUM, features.edge), return_index=True)
    above = above[first]
    if len(times) and times[0] < _FIRST_MS and not _fades(features.power):
        times, above = times[1:], above[1:]
    return Onsets(times / (SAMPLES / STEP), above / above.max(initial=_STRONG))


def _fades(power: Array) -> bool:
    """Returns True where a file begins with a stroke, False where it begins amid what sounds."""
    later = power[_LATER_MS[0] : _LATER_MS[1]].mean() if len(power) > _LATER_MS[0] else 0.0
    return bool(power[:_FIRST_MS].mean() > 2.0 * later)


def _peaks(novelty: Array) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns the peaks of the novelty, and by how much they exceed what is around them."""
    padded = np.pad(novelty, _NEAR)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEAR + 1).max(axis=1)
    above = novelty - _means(novelty, _AROUND)
    least = max(_ABOVE, _ABOVE_SHARE * float(novelty.max(initial=0.0)))
    peaks = np.flatnonzero((novelty >= highest) & (above >= least))
    return peaks, above[peaks]


def _means(values: Array, around: int) -> NDArray[np.float64]:
    """Returns the mean around each value; what is beyond the ends is 0."""
    at = np.arange(len(values))
    return between(totals_of(values), at - around, at + around + 1) / (2 * around + 1)


def _beginnings(near: NDArray[np.int64], edge: Array) -> NDArray[np.int64]:
    """Returns the millisecond of the steepest rise near each of some milliseconds."""
    totals = totals_of(edge)
    moments = near[:, None] + np.arange(-_BEFORE_MS, _AFTER_MS + 1)
    moments = np.clip(moments, 0, len(edge))

    def level(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.sqrt(np.maximum(between(totals, first, last), 0.0))

    rise = level(moments, moments + _RISE_MS) - level(moments - _RISE_MS, moments)
    good = rise >= _NEARLY * rise.max(axis=1, keepdims=True, initial=0.0)
    last = good.shape[1] - 1 - np.argmax(good[:, ::-1], axis=1)
    found: NDArray[np.int64] = moments[np.arange(len(near)), last]
    return found


def _stays(near: NDArray[np.int64], power: Array) -> NDArray[np.bool_]:
    """Returns True for each of some milliseconds where the sound does not just break off."""
    totals = totals_of(power)
    nearest, farthest = _KEPT_MS
    after = between(totals, near + nearest, near + farthest)
    before = between(totals, near - farthest, near - nearest)
    kept: NDArray[np.bool_] = after >= _KEPT * before
    return kept
