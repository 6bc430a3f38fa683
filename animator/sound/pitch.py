"""The dominant pitch by autocorrelation, every 20 ms.

Source:
    Boersma, Accurate short-term analysis of the fundamental frequency, 1993: the autocorrelation of a
    windowed piece, divided by that of its window.
"""

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import SAMPLES

Array = NDArray[np.float32]
WINDOW = 4096
"""Samples of a piece."""
HOP = SAMPLES // 50
"""Samples between pieces."""
_LOWEST_HZ, _HIGHEST_HZ = 50.0, 4200.0
_OVERTONES_HZ = 6000.0
"""What is higher says little about the pitch of music."""
_LEAST_SHARE = 0.1
"""Least share of the power below that frequency of a sound with a pitch."""
_CLEAR = 0.6
"""Least correlation with itself, one period later, of a sound with a pitch."""
_AS_GOOD = 0.85
"""Share of the best correlation that a shorter period needs: all multiples of a period correlate, too."""
_FROM, _TO = int(SAMPLES / _HIGHEST_HZ), int(SAMPLES / _LOWEST_HZ)


def pitches_of(samples: Array) -> Array:
    """Returns the pitches in Hz (n,); 0 where nothing has a pitch.

    Args:
        samples: (channels, WINDOW + HOP * (n - 1)) float32.
    """
    pieces = np.lib.stride_tricks.sliding_window_view(samples, WINDOW, axis=1)[:, ::HOP]
    spectrum = np.fft.rfft(pieces * _HANN, axis=2)
    power = (np.square(spectrum.real) + np.square(spectrum.imag)).mean(axis=0)
    least = np.maximum(_LEAST_SHARE * power.sum(axis=1, keepdims=True), 1e-12) * (2.0 / WINDOW)
    correlation = np.fft.irfft(power[:, : int(_OVERTONES_HZ * WINDOW / SAMPLES)], WINDOW, axis=1)[
        :, : _TO + 2
    ]
    scaled = correlation / np.maximum(correlation[:, :1], least) / _WINDOW_CORRELATION
    return _first_peaks(scaled)


def _first_peaks(correlation: NDArray[np.float64]) -> Array:
    """Returns the pitch of the first period whose correlation is about as good as the best."""
    at = correlation[:, _FROM : _TO + 1]
    before, after = correlation[:, _FROM - 1 : _TO], correlation[:, _FROM + 1 : _TO + 2]
    peaks = np.where((at >= before) & (at > after), at, 0.0)
    best = peaks.max(axis=1)
    lag = np.argmax(peaks >= _AS_GOOD * np.maximum(best, _CLEAR)[:, None], axis=1)
    rows = np.arange(len(lag))
    left, top, right = before[rows, lag], at[rows, lag], after[rows, lag]
    bend = np.where(best > 0.0, 2.0 * top - left - right, 1.0)
    shift = 0.5 * (right - left) / np.maximum(bend, 1e-9)
    hz = SAMPLES / (_FROM + lag + np.clip(shift, -0.5, 0.5))
    return np.where(best >= _CLEAR, hz, 0.0).astype(np.float32)


_HANN = np.hanning(WINDOW + 1)[:-1].astype(np.float32)


def _window_correlation() -> NDArray[np.float64]:
    whole = np.fft.irfft(np.abs(np.fft.rfft(_HANN, 2 * WINDOW)) ** 2)
    scaled: NDArray[np.float64] = (whole / whole[0])[: _TO + 2]
    return scaled


_WINDOW_CORRELATION = _window_correlation()
