"""`beats_of`: the beats of a sound, its bars, and the places where its tempo changes.

Source:
    Ellis, Beat tracking by dynamic programming, 2007.
"""

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import SAMPLES
from animator.sound import spectrum
from animator.sound.features import STEP, Features
from animator.sound.rhythm import NO_BEATS, Beats, Onsets, Section, Times
from animator.sound.stretches import between, totals_of
from animator.sound.tempo import RATE, pulse_of, tempo_of

Array = NDArray[np.float64]
_TIGHT = 80.0
"""Cost of a beat that comes early or late, for the square of the logarithm of its length in beats."""
_UNSURE_S = 3
"""Seconds by which a change of tempo may be earlier or later."""
_SNAP, _SNAP_S = 0.12, 0.06
"""Largest distance of a beat from the onset it is moved to: in beats, and in seconds."""
_CHANGE, _CHANGE_BEATS = 0.03, 4
"""A tempo has changed that differs by this share for so many beats."""
_UNEVEN = 0.1
"""A beat that is longer or shorter by a larger share is a slip."""
_CLEARLY = 1.15
"""Other beats than the first begin the bars if they are so many times as strong."""
_STROKE_MS = 60
"""Time from the beginning of a stroke in which its power is."""


def beats_of(onsets: Onsets, features: Features, per_bar: int) -> Beats:
    """Returns the beats of a sound.

    Args:
        onsets: Its onsets.
        features: What it is made of.
        per_bar: Beats in a bar.
    """
    pulse = pulse_of(_by_weight(onsets, features), features.seconds)
    tempo = tempo_of(pulse) if len(onsets.times) > 2 else None
    if tempo is None:
        return NO_BEATS
    times = _moved(_tracked(pulse, tempo.periods * RATE) / RATE, onsets)
    times = times[(times >= onsets.times[0] - _SNAP_S) & (times <= onsets.times[-1] + _SNAP_S)]
    if len(times) < 2:
        return NO_BEATS
    sections = _sections(times)
    first = _first_bar(_weights(times, onsets, features), per_bar)
    return Beats(times, times[first::per_bar], _main_tempo(sections, times[-1]), tempo.confidence, sections)


def _tracked(pulse: Array, periods: Array) -> NDArray[np.int64]:
    """Returns the steps with a beat: on pulses, and about a period apart.

    Args:
        pulse: The onsets, by step.
        periods: Length of a beat in steps, in each second. A change of tempo is known to a few seconds only,
            so each of those near a beat will do.
    """
    pulse = pulse / max(float(pulse.std()), 1e-9)
    score, came = pulse.copy(), np.full(len(pulse), -1, np.int64)
    first = np.flatnonzero(pulse > 0.1 * pulse.max())[0]
    at = first + 1
    while at < len(pulse):
        second = at // RATE
        near = np.unique(periods[max(second - _UNSURE_S, 0) : second + _UNSURE_S + 1])
        nearest, farthest = max(round(near[0] / 2), 1), round(2 * near[-1])
        steps = np.arange(at, min(at + nearest, len(pulse)))  # none of these follows another
        back = np.arange(nearest, farthest + 1)
        cost = _TIGHT * (np.log(back / near[:, None]) ** 2).min(axis=0)
        before = steps[:, None] - back
        chain = np.where(before >= first, score[np.maximum(before, 0)] - cost, -np.inf)
        best = np.argmax(chain, axis=1)
        gain = chain[np.arange(len(steps)), best]
        follows = gain > 0.0
        score[steps] += np.where(follows, gain, 0.0)
        came[steps] = np.where(follows, before[np.arange(len(steps)), best], -1)
        at += len(steps)
    return _chain(score, came)


def _chain(score: Array, came: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the steps of the chain that ends best."""
    chain = [int(np.argmax(score))]
    while came[chain[-1]] >= 0:
        chain.append(int(came[chain[-1]]))
    return np.array(chain[::-1])


def _moved(times: Times, onsets: Onsets) -> Times:
    """Returns beats on the strongest onsets near them; those without one stay."""
    if len(times) < 2:
        return times
    reach = np.minimum(_SNAP * np.gradient(times), _SNAP_S)
    low = np.searchsorted(onsets.times, times - reach)
    high = np.searchsorted(onsets.times, times + reach, side="right")
    moved = times.copy()
    for beat in np.flatnonzero(high > low):
        near = slice(low[beat], high[beat])
        moved[beat] = onsets.times[near][np.argmax(onsets.strengths[near])]
    return np.unique(moved)


def _sections(times: Times) -> tuple[Section, ...]:
    """Returns the parts of one tempo each: a new one where several beats in a row are shorter or longer."""
    lengths = np.diff(times)
    starts, begin = [0], 0
    for beat in range(1, len(lengths) - _CHANGE_BEATS + 1):
        usual = float(np.median(lengths[begin:beat]))
        ahead = lengths[beat : beat + _CHANGE_BEATS] / usual - 1.0
        if beat - begin >= _CHANGE_BEATS and ((ahead > _CHANGE).all() or (ahead < -_CHANGE).all()):
            starts.append(beat)
            begin = beat
    ends = [*starts[1:], len(lengths)]
    return tuple(
        Section(float(times[start]), _tempo(lengths[start:end]))
        for start, end in zip(starts, ends, strict=True)
    )


def _tempo(lengths: Array) -> float:
    """Returns the tempo of some beats, of which single ones may be much longer or shorter."""
    usual = np.sort(lengths)[len(lengths) // 2]
    return float(60.0 / lengths[np.abs(lengths / usual - 1.0) <= _UNEVEN].mean())


def _main_tempo(sections: tuple[Section, ...], end: float) -> float:
    """Returns the median tempo over time."""
    ends = [section.start for section in sections[1:]] + [end]
    parts = sorted((one.bpm, until - one.start) for one, until in zip(sections, ends, strict=True))
    passed = np.cumsum([seconds for _, seconds in parts])
    return parts[int(np.searchsorted(passed, passed[-1] / 2))][0]


def _by_weight(onsets: Onsets, features: Features) -> Onsets:
    """Returns onsets whose strength is also how loud they are: a hi-hat off the beat is clear, but soft."""
    levels = np.sqrt(_power_after(onsets.times, features))
    return Onsets(
        onsets.times, onsets.strengths * np.sqrt(levels / max(float(levels.max(initial=0.0)), 1e-9))
    )


def _power_after(times: Times, features: Features) -> Array:
    """Returns the power of what begins at some times, over all of its first milliseconds."""
    first = np.rint(times * (SAMPLES / STEP)).astype(np.int64)
    return between(totals_of(features.power), first, first + _STROKE_MS)


def _weights(times: Times, onsets: Onsets, features: Features) -> Array:
    """Returns how heavy each beat is: by its onset, and by the bass after it."""
    near = np.clip(np.searchsorted(onsets.times, times), 0, len(onsets.times) - 1)
    strength = np.where(np.abs(onsets.times[near] - times) < 1e-6, onsets.strengths[near], 0.0)
    shares = features.spectra.shares[:, 0]
    spectra = np.rint((times + _STROKE_MS / 2000) * (SAMPLES / spectrum.HOP)).astype(np.int64)
    bass = np.sqrt(_power_after(times, features) * shares[np.minimum(spectra, len(shares) - 1)])
    return strength + bass / max(float(bass.max()), 1e-9)


def _first_bar(weights: Array, per_bar: int) -> int:
    """Returns the first beat of the heaviest bars."""
    means = [float(weights[first::per_bar].mean()) for first in range(min(per_bar, len(weights)))]
    best = int(np.argmax(means))
    return best if means[best] > _CLEARLY * means[0] else 0
