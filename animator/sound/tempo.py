"""`tempo_of`: the length of a beat over time, and how sure it is, from the rhythm of the onsets.

Source:
    Grosche and Mueller, Extracting predominant local pulse information from music, 2011: tempograms
    by autocorrelation; the path through one is that of a hidden Markov model.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.sound.rhythm import Onsets

Array = NDArray[np.float64]
RATE = 100
"""Steps per second of a pulse curve."""
SLOWEST, FASTEST = 30.0, 300.0
"""Tempos that are looked for, in beats per minute."""
_WIDTH_S = 0.015
"""Standard deviation of an onset in the pulse curve: how exactly people play."""
_WINDOW_S, _HOP_S = 10, 1
"""Length of music that a tempo is heard in, and the distance from one to the next."""
_MULTIPLES = 4
_LONGEST_S = 5.0
"""Longest time over which the rhythm is compared with itself."""
_TEMPOS = np.geomspace(FASTEST, SLOWEST, 463)
"""Steps of half a percent."""
_USUAL, _OCTAVES = 145.0, 1.0
"""Where two tempos fit, the one near the usual is heard; between 103 and 205 bpm of evenly played notes."""
_STEADY, _JUMP = 60.0, 3.0
"""Cost of a tempo's change from one window to the next, per octave and at most."""


@dataclass(frozen=True)
class Tempo:
    """The tempo over time.

    Attributes:
        periods: (n,) seconds of a beat in each second of the sound.
        confidence: Share of the onsets' strength that comes again one beat later, 0 to 1.
    """

    periods: Array
    confidence: float


def pulse_of(onsets: Onsets, seconds: float) -> Array:
    """Returns the onsets as a curve of `RATE` steps per second, each a bell as high as it is strong."""
    reach = round(4 * _WIDTH_S * RATE)
    curve = np.zeros(int(np.ceil(seconds * RATE)) + 2 * reach + 1)
    center = np.rint(onsets.times * RATE).astype(np.int64)
    at = center[:, None] + np.arange(-reach, reach + 1)
    bells = np.exp(-0.5 * ((at / RATE - onsets.times[:, None]) / _WIDTH_S) ** 2) * onsets.strengths[:, None]
    np.add.at(curve, at + reach, bells)
    return curve[reach:-reach]


def tempo_of(pulse: Array) -> Tempo | None:
    """Returns the tempo of a pulse curve; None for one without any rhythm."""
    similarity = _similarity(pulse)
    fits = _fits(similarity)
    if not fits.any():
        return None
    path = _path(np.log(fits * _prior() + 1e-3))
    periods = 60.0 / _TEMPOS[path]
    again = similarity[np.arange(len(path)), np.rint(periods * RATE).astype(np.int64)]
    sounding = similarity[:, 0] > 0.0
    return Tempo(periods, float(np.clip(again[sounding].mean(), 0.0, 1.0)))


def _similarity(pulse: Array) -> Array:
    """Returns the correlation (windows, lags) of the rhythm with itself: 1 at lag 0, 0 in silence."""
    length, lags = _WINDOW_S * RATE, int(_LONGEST_S * RATE) + 2
    padded = np.pad(pulse, (length // 2, length // 2 + _HOP_S * RATE))
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[:: _HOP_S * RATE]
    result = np.zeros((len(windows), lags))
    for index, window in enumerate(windows):
        spectrum = np.fft.rfft(window, 2 * length)
        correlation = np.fft.irfft(spectrum * spectrum.conj())[:lags]
        heard = np.flatnonzero(window > 1e-3)
        if correlation[0] > 1e-6 and len(heard):
            extent = heard[-1] - heard[0] + 1
            shared = np.maximum(1.0 - np.arange(lags) / extent, 0.5 / _MULTIPLES)
            result[index] = correlation / correlation[0] / shared
    return result


def _fits(similarity: Array) -> Array:
    """Returns how well the rhythm comes again after one beat and a few, (windows, tempos)."""
    periods = 60.0 / _TEMPOS * RATE
    lags = np.arange(1, _MULTIPLES + 1)[:, None] * periods
    inside = lags < similarity.shape[1] - 1
    low = np.where(inside, lags, 0.0).astype(np.int64)
    part = np.where(inside, lags - low, 0.0)
    values = similarity[:, low] * (1.0 - part) + similarity[:, low + 1] * part
    mean: Array = (values * inside).sum(axis=1) / inside.sum(axis=0)
    return np.maximum(values[:, 0], 0.0) * np.maximum(mean, 0.0)


def _prior() -> Array:
    prior: Array = np.exp(-0.5 * (np.log2(_TEMPOS / _USUAL) / _OCTAVES) ** 2)
    return prior


def _path(scores: Array) -> NDArray[np.int64]:
    """Returns the tempo of each window: the path of the best sum of scores less the cost of its changes."""
    octaves = np.log2(_TEMPOS)
    cost = np.minimum(_STEADY * np.abs(octaves[:, None] - octaves), _JUMP)
    best, came = scores[0], np.zeros(scores.shape, np.int32)
    for index in range(1, len(scores)):
        through = best - cost
        came[index] = np.argmax(through, axis=1)
        best = through[np.arange(len(best)), came[index]] + scores[index]
    path = np.zeros(len(scores), np.int64)
    path[-1] = int(np.argmax(best))
    for index in range(len(scores) - 1, 0, -1):
        path[index - 1] = came[index, path[index]]
    return path
