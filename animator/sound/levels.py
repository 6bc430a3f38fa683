"""Levels, pitch and brightness of a sound while each frame of a film is shown."""

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import SAMPLES
from animator.sound import pitch, spectrum
from animator.sound.features import STEP, Features
from animator.sound.placed import Placed
from animator.sound.stretches import totals_of

Array = NDArray[np.float64]
SILENT = 1e-8
"""Mean square below which nothing is heard: -80 dB of full scale."""
_SOFTEST = 1e-6
"""Least mean square that counts as loudest: a sound that is softer throughout stays small."""
_BAND = 10.0**-2.6
"""Share of it that a band's loudest has at least: 26 dB below."""
_STEP_S = STEP / SAMPLES
_AT_ONCE = 1_000_000
"""Steps of a long sound that are looked at together, to save memory."""
_LOW_PITCH_HZ, _HIGH_PITCH_HZ = 55.0, 1760.0
_DARK_HZ, _BRIGHT_HZ = 100.0, 10_000.0


def mean_squares(features: Features, at: Placed, edges: Array) -> Array:
    """Returns the mean square of the sound in each frame.

    Args:
        features: What the sound is made of.
        at: Where it is in the film.
        edges: (frames + 1,) seconds of the film at which a frame begins, and its end.
    """
    return _in_frames(features.power, at, edges)


def relative_levels(features: Features, at: Placed, edges: Array) -> tuple[Array, ...]:
    """Returns the levels of the sound and of its bands in each frame, 0 to 1, as `Signals`; args as above."""
    frame_s = float(edges[1] - edges[0])
    loudest = max(_loudest(features.power, frame_s), _SOFTEST)
    levels = [np.sqrt(np.clip(_in_frames(features.power, at, edges) / loudest, 0.0, 1.0))]
    for band in range(features.spectra.shares.shape[1]):
        power = features.power * _by_step(features, features.spectra.shares[:, band])
        most = max(_loudest(power, frame_s), _BAND * loudest)
        levels.append(np.sqrt(np.clip(_in_frames(power, at, edges) / most, 0.0, 1.0)))
    return tuple(levels)


def brightness_of(features: Features, at: Placed, edges: Array) -> Array:
    """Returns the brightness in each frame, 0 to 1, where louder moments weigh more; args as above."""
    brightness = _logarithmic(features.spectra.centroid_hz, _DARK_HZ, _BRIGHT_HZ)
    weighed = _in_frames(features.power * _by_step(features, brightness), at, edges)
    return weighed / np.maximum(mean_squares(features, at, edges), SILENT)


def pitch_of(features: Features, at: Placed, edges: Array) -> tuple[Array, Array]:
    """Returns the pitch in the middle of each frame, in Hz and from 0 to 1; args as above."""
    times = at.source_times(0.5 * (edges[:-1] + edges[1:]))
    nearest = np.rint(times * (SAMPLES / pitch.HOP)).astype(np.int64)
    hz = features.pitch_hz[np.clip(nearest, 0, len(features.pitch_hz) - 1)].astype(np.float64)
    return hz, _logarithmic(hz, _LOW_PITCH_HZ, _HIGH_PITCH_HZ)


def _in_frames(power: NDArray[np.floating], at: Placed, edges: Array) -> Array:
    """Returns the mean in each frame of what has a value for each millisecond of the sound."""
    mean: Array = np.diff(at.integral(power, _STEP_S, edges)) / np.diff(edges)
    return mean


def _loudest(power: NDArray[np.floating], frame_s: float) -> float:
    """Returns the largest mean of a stretch as long as a frame, anywhere in the sound."""
    sums = totals_of(power)
    steps = np.arange(len(sums))
    length = frame_s / _STEP_S
    most = 0.0
    for first in range(0, len(sums), _AT_ONCE):
        piece = slice(first, first + _AT_ONCE)
        # The sum over a stretch that slides is largest where it begins or ends with a step.
        begun = np.interp(steps[piece] + length, steps, sums) - sums[piece]
        ended = sums[piece] - np.interp(steps[piece] - length, steps, sums)
        most = max(most, float(begun.max()), float(ended.max()))
    return most / length


def _by_step(features: Features, values: NDArray[np.floating]) -> Array:
    """Returns values around every 5 ms as values in every millisecond."""
    middles = (np.arange(len(features.power)) + 0.5) * (STEP / spectrum.HOP)
    by_step: Array = np.interp(middles, np.arange(len(values)), values)
    return by_step


def _logarithmic(hz: NDArray[np.floating], low: float, high: float) -> Array:
    """Returns frequencies from 0 at the low one and below to 1 at the high one and above, by octaves."""
    scaled: Array = np.log2(np.clip(hz, low, high) / low) / np.log2(high / low)
    return scaled
