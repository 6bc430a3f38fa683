"""The instruments of `docs.build.music`: functions that return a sound each, (samples,) in about [-1, 1]."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RATE = 48_000
_STROKES = ((0.0, 0.003), (0.007, 0.003), (0.014, 0.06))
"""The strokes of a clap: when it begins, and within what time it fades, in seconds."""


def kick() -> Array:
    """Returns a bass drum: a sine that falls from 170 to 50 Hz."""
    t = _times(0.34)
    turns = 50 * t + 120 * 0.03 * (1 - np.exp(-t / 0.03))
    return np.asarray(np.sin(2 * np.pi * turns) * np.exp(-t / 0.12) * _edges(t, 0.001, 0.05))


def clap(seed: int) -> Array:
    """Returns a clap: strokes of noise, of which the last one fades slowly."""
    t = _times(0.3)
    strokes = sum((t >= at) * np.exp(-np.maximum(t - at, 0) / fade) for at, fade in _STROKES)
    return np.asarray(_bright(0.3, seed) * strokes * 0.6)


def hat(seed: int) -> Array:
    """Returns a closed hi-hat."""
    return np.asarray(np.diff(_bright(0.12, seed), prepend=0) * np.exp(-_times(0.12) / 0.022) * 0.5)


def crash(seed: int) -> Array:
    """Returns a cymbal."""
    return np.asarray(_bright(1.8, seed) * np.exp(-_times(1.8) / 0.45))


def riser(seconds: float, seed: int) -> Array:
    """Returns noise that gets louder and brighter until it stops."""
    share = _times(seconds) / seconds
    dull = np.convolve(_noise(seconds, seed), np.hanning(48) / 12, "same")
    return np.asarray((dull * (1 - share) + _bright(seconds, seed) * share) * share**2)


def bass(note: int, seconds: float) -> Array:
    """Returns a plucked bass.

    Args:
        note: As MIDI numbers it: 69 has 440 Hz.
        seconds: Its length.
    """
    t = _times(seconds)
    return np.asarray(_harmonics(note, t, 4) * np.exp(-t / 0.3) * _edges(t, 0.004, 0.03))


def pluck(note: int) -> Array:
    """Returns a plucked string."""
    t = _times(0.7)
    return np.asarray(_harmonics(note, t, 3) * np.exp(-t / 0.17) * _edges(t, 0.003, 0.1))


def lead(note: int, seconds: float) -> Array:
    """Returns a whistling voice with vibrato."""
    t = _times(seconds + 0.2)
    turns = hertz(note) * t + 0.15 * np.sin(2 * np.pi * 5.5 * t) * np.minimum(1, t / 0.2)
    voice = np.sin(2 * np.pi * turns) + 0.35 * np.sin(4 * np.pi * turns) + 0.15 * np.sin(6 * np.pi * turns)
    return np.asarray(voice * _edges(t, 0.012, 0.2))


def pad(note: int, seconds: float, detuned: float) -> Array:
    """Returns a soft, long note whose pitch is higher by a number of cents."""
    t = _times(seconds + 0.4)
    return np.asarray(_harmonics(note, t, 2, detuned) * _edges(t, 0.2, 0.5))


def hertz(note: float) -> float:
    """Returns the frequency of a note, as MIDI numbers it."""
    return float(440 * 2 ** ((note - 69) / 12))


def _harmonics(note: int, t: Array, brightness: float, detuned: float = 0.0) -> Array:
    """Returns a sawtooth of which the harmonics above an order get weak."""
    hz = hertz(note + detuned / 100)
    orders = range(1, min(int(9000 / hz), 24) + 1)
    waves = (np.sin(2 * np.pi * hz * n * t + n) / n * np.exp(-(n - 1) / brightness) for n in orders)
    return np.asarray(sum(waves), np.float64)


def _edges(t: Array, attack: float, release: float) -> Array:
    """Returns a factor that rises from 0 at the beginning, and falls to 0 at the end, within some seconds."""
    return np.asarray(np.minimum(1, t / attack) * np.clip((t[-1] - t) / release, 0, 1))


def _times(seconds: float) -> Array:
    return np.arange(round(seconds * RATE)) / RATE


def _noise(seconds: float, seed: int) -> Array:
    return np.random.default_rng(seed).uniform(-1, 1, round(seconds * RATE))


def _bright(seconds: float, seed: int) -> Array:
    """Returns noise with little of what is low."""
    return np.asarray(np.diff(_noise(seconds, seed), prepend=0) * 0.7)
