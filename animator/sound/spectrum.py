"""Short-time spectra: which bands sound, how bright, and how much is new, every 5 ms.

The window is a Blackman-Harris one: a tone 94 Hz from the edge of a band leaks into it by less than -90 dB,
and what is heard at one moment weighs on the values within about 8 ms of it.

Source:
    Harris, On the use of windows for harmonic analysis with the discrete Fourier transform, 1978 (window).
    Boeck and Widmer, Maximum filter vibrato suppression for onset detection, 2013 (novelty).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import SAMPLES

Array = NDArray[np.float32]
WINDOW = 2048
"""Samples of a spectrum."""
HOP = SAMPLES // 200
"""Samples between spectra."""
BANDS_HZ = (20.0, 200.0, 2000.0, SAMPLES / 2)
"""Edges of the bands low, mid and high."""
_COEFFICIENTS = np.array([0.35875, -0.48829, 0.14128, -0.01168])
_NOVELTY_BANDS = 48
_NOVELTY_HZ = (40.0, 16_000.0)
_COMPRESSION = 1000.0
"""What is softer than 1/1000 of full scale hardly counts as new."""
_LAG = 2
"""Spectra between two that are compared for what is new."""
SPAN = WINDOW + _LAG * HOP
"""Samples that the features around one moment are made of: its spectrum, and those it is compared with."""


@dataclass(frozen=True)
class Spectra:
    """Features of the spectra around every 5 ms.

    Attributes:
        shares: (n, 3) of the power, that of the bands low, mid and high.
        centroid_hz: (n,) center of the magnitudes; 0 in silence.
        novelty: (n,) mean rise over 10 ms of the bands' logarithmic magnitudes (base 10), without falls.
    """

    shares: Array
    centroid_hz: Array
    novelty: Array


def spectra_of(samples: Array) -> Spectra:
    """Returns the features of the spectra in a piece of sound.

    Args:
        samples: (channels, SPAN + HOP * (n - 1)) float32.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW, axis=1)[:, ::HOP]
    spectrum = np.fft.rfft(frames * _BLACKMAN_HARRIS, axis=2)
    power = (np.square(spectrum.real) + np.square(spectrum.imag)).mean(axis=0, dtype=np.float32)
    magnitude = np.sqrt(power)
    heard = np.maximum(magnitude[_LAG:].sum(axis=1), _TINY)
    total = np.maximum(power[_LAG:].sum(axis=1, keepdims=True), _TINY)
    return Spectra(
        np.add.reduceat(power[_LAG:], _BAND_BINS, axis=1)[:, : len(BANDS_HZ) - 1] / total,
        magnitude[_LAG:] @ _BIN_HZ / heard,
        _novelty(power),
    )


def _novelty(power: Array) -> Array:
    bands = np.sqrt(np.add.reduceat(power, _NOVELTY_BINS, axis=1)[:, :-1])
    levels = np.log10(1.0 + (_COMPRESSION / _FULL_SCALE) * bands)
    before = levels[:-_LAG]
    widest = before.copy()  # a tone that slides into the next band is not new
    widest[:, 1:] = np.maximum(widest[:, 1:], before[:, :-1])
    widest[:, :-1] = np.maximum(widest[:, :-1], before[:, 1:])
    rise: Array = np.maximum(levels[_LAG:] - widest, 0.0).mean(axis=1)
    return rise


def _blackman_harris() -> Array:
    angles = 2.0 * np.pi * np.arange(WINDOW) / WINDOW
    terms = np.cos(angles[:, None] * np.arange(len(_COEFFICIENTS)))
    window: Array = (terms @ _COEFFICIENTS).astype(np.float32)
    return window


def _bins(edges_hz: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns the first bin of each band that has one, and behind them the first bin above all."""
    return np.unique(np.ceil(edges_hz * WINDOW / SAMPLES).astype(np.int64))


_BLACKMAN_HARRIS = _blackman_harris()
_FULL_SCALE = float(_BLACKMAN_HARRIS.sum()) / 2.0
"""Magnitude of a sine of full scale."""
_TINY = np.float32(1e-20)
_BIN_HZ = (np.arange(WINDOW // 2 + 1) * (SAMPLES / WINDOW)).astype(np.float32)
_BAND_BINS = _bins(np.array(BANDS_HZ))
_NOVELTY_BINS = _bins(np.geomspace(*_NOVELTY_HZ, _NOVELTY_BANDS + 1))
