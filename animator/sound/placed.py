"""`Placed`: a sound's own time against that of the film whose soundtrack it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import Sound
from animator.sound.rhythm import Beats, Onsets, Section

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Placed:
    """Where a sound is in a film.

    Attributes:
        seconds: Length of the sound.
        delay: Seconds from the film's beginning to the sound's first sample; below 0 it begins before.
        loops: It is repeated to the film's end.
        film_seconds: Length of the film.
        fade_in: Seconds of fade-in.
        fade_out: Seconds of fade-out.
    """

    seconds: float
    delay: float
    loops: bool
    film_seconds: float
    fade_in: float
    fade_out: float

    def integral(self, values: NDArray[np.floating], step_s: float, times: Array) -> Array:
        """Returns the integral of some values of the sound, from before it to each of some times of the film.

        Args:
            values: One for each step of the sound.
            step_s: Length of a step in seconds.
            times: In seconds of the film.
        """
        sums = np.concatenate((np.zeros(1), np.cumsum(values, dtype=np.float64))) * step_s
        ends = np.minimum(np.arange(len(sums)) * step_s, self.seconds)
        at = times - self.delay
        if not self.loops:
            return np.interp(at, ends, sums)
        rounds = np.floor(np.maximum(at, 0.0) / self.seconds)
        total: Array = rounds * sums[-1] + np.interp(at - rounds * self.seconds, ends, sums)
        return total

    def source_times(self, times: Array) -> Array:
        """Returns the times of the sound that are heard at some times of the film."""
        at = times - self.delay
        return np.where(at >= 0.0, at % self.seconds, at) if self.loops else at

    def repeated(self, times: Array) -> Array:
        """Returns when some times of the sound are heard in the film; in a loop, again and again."""
        first = times + self.delay
        if not self.loops:
            return first
        rounds = max(int(np.ceil((self.film_seconds - self.delay) / self.seconds)), 0)
        again: Array = (first + np.arange(rounds)[:, None] * self.seconds).ravel()
        return again

    def onsets(self, onsets: Onsets) -> Onsets:
        """Returns the onsets that are heard in the film, in its time."""
        times = self.repeated(onsets.times)
        inside = self._is_inside(times)
        return Onsets(times[inside], np.resize(onsets.strengths, len(times))[inside])

    def beats(self, beats: Beats) -> Beats:
        """Returns the beats that are heard in the film, in its time."""
        times, bars = self.repeated(beats.times), self.repeated(beats.bars)
        starts = self.repeated(np.array([section.start for section in beats.sections]))
        tempos = np.resize([section.bpm for section in beats.sections], len(starts))
        ends = np.append(starts[1:], np.inf)
        sections = [
            Section(max(float(start), 0.0), float(bpm))
            for start, end, bpm in zip(starts, ends, tempos, strict=True)
            if start < self.film_seconds and end > 0.0
        ]
        times, bars = times[self._is_inside(times)], bars[self._is_inside(bars)]
        return Beats(times, bars, beats.bpm, beats.confidence, tuple(sections))

    def _is_inside(self, times: Array) -> NDArray[np.bool_]:
        return (times >= 0.0) & (times < self.film_seconds)

    def gain(self, times: Array) -> Array:
        """Returns what the sound's fades, those of `Sound.filters`, leave of it at some times of the film."""
        begin = max(self.delay, 0.0)
        gain = np.ones(len(times))
        if self.fade_in > 0:
            gain *= np.clip((times - begin) / self.fade_in, 0.0, 1.0)
        if self.fade_out > 0:
            end = self.film_seconds if self.loops else min(self.film_seconds, self.delay + self.seconds)
            start = max(end - self.fade_out, begin)
            gain *= np.clip(1.0 - (times - start) / self.fade_out, 0.0, 1.0)
        return gain


def placed(sound: Sound, seconds: float, film_seconds: float) -> Placed:
    """Returns where a sound is in a film.

    Args:
        sound: The sound.
        seconds: Its length.
        film_seconds: Length of the film.

    Raises:
        UserError: The sound cannot be read.
    """
    loops = sound.length == "loop"
    return Placed(seconds, sound.delay(), loops, film_seconds, sound.fade_in, sound.fade_out)
