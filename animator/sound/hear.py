"""`hear`: the signals of a sound, placed in a film as its soundtrack is."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from animator.errors import UserError
from animator.film.output_problems import sound_problems
from animator.film.sound import Sound
from animator.sound import levels
from animator.sound.analysis import Analysis, analysis_of
from animator.sound.phases import phase, strongest
from animator.sound.placed import Placed, placed
from animator.sound.signals import Column, Placement, Signals

_SMOOTHED = ("amp", "low", "mid", "high", "pitch", "pitch_hz", "brightness")


def hear(sound: Sound | str | Path, placement: Placement, smooth: float = 0.0, per_bar: int = 4) -> Signals:
    """Returns what is heard of a sound while each frame of a film is shown.

    Args:
        sound: The soundtrack, with its offset, trim, loop and fades; or a file that begins with the film.
        placement: The frames of the film.
        smooth: Time constant in seconds of an exponential smoothing of the levels, the pitch and the
            brightness, which looks back only; 0 does not smooth.
        per_bar: Beats in a bar, 1 to 64.

    Raises:
        UserError: There is no such file, it has no sound, it is a URL that is not allowed, it is longer than
            6 hours or too short to be repeated so often, the part that the film uses is damaged and
            `sound.conceal` is False, or decoding it takes too long.
        VideoError: ffmpeg failed.
        ValueError: The smoothing is no time, or the bar no number of beats.
    """
    if not (np.isfinite(smooth) and smooth >= 0.0):
        raise ValueError(f"expected a time of 0 seconds or more to smooth over, got {smooth}")
    soundtrack = sound if isinstance(sound, Sound) else Sound(str(sound))
    analysis = analysis_of(soundtrack, per_bar)
    edges = placement.edges
    film_s = float(edges[-1])
    if analysis.features.damage and not soundtrack.conceal:
        _check_damage(soundtrack, film_s)
    signals = _signals(analysis, placed(soundtrack, analysis.features, film_s), edges)
    return _smoothed(signals, smooth * float(placement.rate)) if smooth else signals


def _check_damage(sound: Sound, film_s: float) -> None:
    for problem in sound_problems(sound, film_s):
        if problem.severity == "error":
            raise UserError(problem.message)


def _signals(analysis: Analysis, at: Placed, edges: Column) -> Signals:
    features, onsets, beats = analysis.features, analysis.onsets, analysis.beats
    gain = at.gain(0.5 * (edges[:-1] + edges[1:]))
    is_heard = levels.mean_squares(features, at, edges) * gain**2 >= levels.SILENT
    amp, low, mid, high = (level * gain for level in levels.relative_levels(features, at, edges))
    pitch_hz, pitch = (value * is_heard for value in levels.pitch_of(features, at, edges))
    onset_times, beat_times = at.repeated(onsets.times), at.repeated(beats.times)
    return Signals(
        amp=amp,
        low=low,
        mid=mid,
        high=high,
        onset=strongest(onset_times, np.resize(onsets.strengths, len(onset_times)), edges) * gain,
        beat=strongest(beat_times, np.ones(len(beat_times)), edges),
        pitch=pitch,
        pitch_hz=pitch_hz,
        brightness=levels.brightness_of(features, at, edges) * is_heard,
        beat_phase=phase(beat_times, edges),
        bar_phase=phase(at.repeated(beats.bars), edges),
        onsets=at.onsets(onsets),
        beats=at.beats(beats),
        sound_beats=at.sound_beats(beats),
    )


def _smoothed(signals: Signals, frames: float) -> Signals:
    """Returns signals of which some follow exponentially, with a time constant in frames."""
    kept = math.exp(-1.0 / frames)
    columns = np.stack([getattr(signals, name) for name in _SMOOTHED], axis=1)
    for row in range(1, len(columns)):
        columns[row] += kept * (columns[row - 1] - columns[row])
    return replace(signals, **dict(zip(_SMOOTHED, columns.T, strict=True)))
