"""`features_of`: what a whole sound is made of, at fixed steps of its own time, read as a stream.

An hour of sound takes about 60 MB.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.errors import UserError
from animator.film.samples import loop_seconds, source_samples
from animator.film.sound import SAMPLES, Sound
from animator.sound import pitch, spectrum
from animator.sound.sliding import Sliding, Windows

Array = NDArray[np.float32]
STEP = SAMPLES // 1000
"""Samples of a piece whose power is kept: 1 ms."""
_MAX_HOURS = 6


@dataclass(frozen=True)
class Features:
    """What a sound is made of, from its first sample on.

    Attributes:
        seconds: Its length.
        loop_s: Time after which it comes again where it is looped; else its length.
        power: (n,) mean square of each millisecond.
        edge: (n,) mean square of the differences between samples of each millisecond: what is sudden.
        spectra: Those around every 5 ms: the first one around 0 s.
        pitch_hz: (m,) around every 20 ms; 0 where nothing has a pitch.
        damage: What ffmpeg reported of it.
    """

    seconds: float
    loop_s: float
    power: Array
    edge: Array
    spectra: spectrum.Spectra
    pitch_hz: Array
    damage: str


def features_of(sound: Sound) -> Features:
    """Returns the features of a whole sound; its offset, loop and fades do not matter.

    Raises:
        UserError: As `source_samples`, or it is longer than 6 hours.
        VideoError: ffmpeg failed.
    """
    stream = _Stream()
    blocks = source_samples(sound)
    while True:
        try:
            stream.take(next(blocks).T)
        except StopIteration as end:
            return stream.end(sound, bytes(end.value).decode(errors="replace"))
        if stream.count > _MAX_HOURS * 3600 * SAMPLES:
            raise UserError(
                f"{sound.source}: is longer than {_MAX_HOURS} hours; cut out the part that is used"
            )


class _Stream:
    """Makes features of samples as they come."""

    def __init__(self) -> None:
        self.count = 0
        self._levels = Sliding(_levels_of, Windows(STEP + 1, STEP, 1))
        self._spectra = Sliding(
            spectrum.spectra_of,
            Windows(spectrum.SPAN, spectrum.HOP, spectrum.SPAN - spectrum.WINDOW // 2),
        )
        self._pitches = Sliding(pitch.pitches_of, Windows(pitch.WINDOW, pitch.HOP, pitch.WINDOW // 2))

    def take(self, samples: Array) -> None:
        """Adds samples (channels, n)."""
        self.count += samples.shape[1]
        for part in (self._levels, self._spectra, self._pitches):
            part.take(samples)

    def end(self, sound: Sound, damage: str) -> Features:
        """Returns the features of the sound; silence follows its last sample."""
        length = self.count
        if not length:
            raise UserError(f"{sound.source}: its sound is empty")
        self.take(np.zeros((self._levels.channels, pitch.WINDOW), np.float32))
        power, edge = (np.concatenate(part) for part in zip(*self._levels.results, strict=True))
        spectra = self._spectra.results
        parts = (
            np.concatenate([getattr(one, name) for one in spectra])
            for name in ("shares", "centroid_hz", "novelty")
        )
        seconds = length / SAMPLES
        return Features(
            seconds,
            max(loop_seconds(sound, seconds), 1 / SAMPLES) if sound.length == "loop" else seconds,
            power[: -(-length // STEP)],
            edge[: -(-length // STEP)],
            spectrum.Spectra(*parts),
            np.concatenate(self._pitches.results),
            damage,
        )


def _levels_of(samples: Array) -> tuple[Array, Array]:
    """Returns the mean squares of pieces and of the steps in them; a piece begins with a sample before it."""
    pieces = np.lib.stride_tricks.sliding_window_view(samples, STEP + 1, axis=1)[:, ::STEP]
    power = np.square(pieces[..., 1:]).mean(axis=(0, 2))
    return power, np.square(np.diff(pieces, axis=2)).mean(axis=(0, 2))
