"""`Placed`: a sound's own time against that of the film whose soundtrack it is."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from animator.errors import ChangeSetting, UserError
from animator.film.sound import Sound
from animator.sound.features import Features
from animator.sound.rhythm import Beats, Onsets, Section
from animator.sound.stretches import totals_of

Array = NDArray[np.float64]
_MAX_EVENTS = 10_000_000


@dataclass(frozen=True)
class Placed:
    """Where a sound is in a film.

    Attributes:
        seconds: Length of the sound.
        delay: Seconds from the film's beginning to the sound's first sample; below 0 it begins before.
        loop_s: Time after which it comes again; None where it is not repeated to the film's end.
        film_seconds: Length of the film.
        fade_in: Seconds of fade-in.
        fade_out: Seconds of fade-out.
    """

    seconds: float
    delay: float
    loop_s: float | None
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
        sums = totals_of(values) * step_s
        ends = np.minimum(np.arange(len(sums)) * step_s, self.seconds)
        at = times - self.delay
        if self.loop_s is None:
            return np.interp(at, ends, sums)
        rounds = np.floor(np.maximum(at, 0.0) / self.loop_s)
        total: Array = rounds * sums[-1] + np.interp(at - rounds * self.loop_s, ends, sums)
        return total

    def source_times(self, times: Array) -> Array:
        """Returns the times of the sound that are heard at some times of the film."""
        at = times - self.delay
        return at if self.loop_s is None else np.where(at >= 0.0, at % self.loop_s, at)

    def repeated(self, times: Array) -> Array:
        """Returns when some times of the sound are heard in the film; in a loop, again and again.

        Raises:
            UserError: There are too many of them.
        """
        first = times + self.delay
        if self.loop_s is None:
            return first
        rounds = max(int(np.ceil((self.film_seconds - self.delay) / self.loop_s)), 0) if len(times) else 0
        if rounds * len(times) > _MAX_EVENTS:
            raise UserError(
                f"the film repeats a sound of {self.seconds:.3g} s {rounds} times; expected a longer sound",
                ChangeSetting("sound.length", "pad"),
            )
        again: Array = (first + np.arange(rounds)[:, None] * self.loop_s).ravel()
        return again

    def onsets(self, onsets: Onsets) -> Onsets:
        """Returns the onsets that are heard in the film, in its time."""
        times = self.repeated(onsets.times)
        inside = self._is_inside(times)
        return Onsets(times[inside], np.resize(onsets.strengths, len(times))[inside])

    def beats(self, beats: Beats) -> Beats:
        """Returns the beats that are heard in the film, in its time."""
        all_ = self.sound_beats(beats)
        ends = [*(section.start for section in all_.sections[1:]), np.inf]
        sections = [
            replace(section, start=max(section.start, 0.0))
            for section, end in zip(all_.sections, ends, strict=False)
            if section.start < self.film_seconds and end > 0.0
        ]
        times, bars = all_.times[self._is_inside(all_.times)], all_.bars[self._is_inside(all_.bars)]
        return replace(all_, times=times, bars=bars, sections=tuple(sections))

    def sound_beats(self, beats: Beats) -> Beats:
        """Returns the beats of the whole sound, in the time of the film, inside it and outside."""
        starts = self.repeated(np.array([section.start for section in beats.sections]))
        tempos = np.resize([section.bpm for section in beats.sections], len(starts))
        sections = tuple(map(Section, starts.tolist(), tempos.tolist()))
        times, bars = self.repeated(beats.times), self.repeated(beats.bars)
        return replace(beats, times=times, bars=bars, sections=sections)

    def _is_inside(self, times: Array) -> NDArray[np.bool_]:
        return (times >= 0.0) & (times < self.film_seconds)

    def gain(self, times: Array) -> Array:
        """Returns what the sound's fades, those of `Sound.filters`, leave of it at some times of the film."""
        begin = max(self.delay, 0.0)
        gain = np.ones(len(times))
        if self.fade_in > 0:
            gain *= np.clip((times - begin) / self.fade_in, 0.0, 1.0)
        if self.fade_out > 0:
            end = self.film_seconds if self.loop_s else min(self.film_seconds, self.delay + self.seconds)
            start = max(end - self.fade_out, begin)
            gain *= np.clip(1.0 - (times - start) / self.fade_out, 0.0, 1.0)
        return gain


def placed(sound: Sound, features: Features, film_seconds: float) -> Placed:
    """Returns where a sound is in a film.

    Args:
        sound: The sound.
        features: What it is made of.
        film_seconds: Length of the film.

    Raises:
        UserError: The sound cannot be read.
    """
    loop_s = features.loop_s if sound.length == "loop" else None
    return Placed(features.seconds, sound.delay(), loop_s, film_seconds, sound.fade_in, sound.fade_out)
