"""`Signals`: what is heard of a sound while each frame of a film is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from animator.film.frame_rate import frame_rate
from animator.sound.rhythm import Beats, Onsets

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Placement:
    """The frames of a film that a sound is heard with.

    Where the sound begins, and whether it loops, are the sound's own: `Sound.offset`, `start` and `length`.

    Attributes:
        fps: Frames per second; 29.97 means 30000/1001, as for the video.
        frames: Number of frames.
    """

    fps: float | Fraction
    frames: int

    def __post_init__(self) -> None:
        if not (self.fps > 0 and self.frames > 0):
            raise ValueError(
                f"expected a rate and a number of frames above 0, got {self.fps} and {self.frames}"
            )

    @property
    def rate(self) -> Fraction:
        """The exact rate in frames per second."""
        return frame_rate(self.fps)

    @property
    def edges(self) -> NDArray[np.float64]:
        """(frames + 1,) seconds of the film at which a frame begins; the last one is the film's end."""
        rate = self.rate
        return np.arange(self.frames + 1) * rate.denominator / rate.numerator


@dataclass(frozen=True)
class Signals:
    """What is heard of a sound while each frame is shown: from its beginning to that of the next one.

    Each array is (frames,) float64; all are 0 in silence, and where the film has no sound. Levels are
    relative to the whole sound, not to the part that a film uses, so a longer film does not change its first
    frames.

    Attributes:
        amp: Level (RMS), 0 to 1; 1 is the loudest stretch, as long as a frame, anywhere in the sound.
        low: Level from 20 to 200 Hz, on the same terms; 1 is the band's own loudest stretch, but at least 26
            dB below the one of `amp`, so that what hardly sounds stays small.
        mid: As `low`, from 200 to 2000 Hz.
        high: As `low`, above 2000 Hz.
        onset: Strength of the strongest onset in the frame, 0 to 1; 1 is the strongest of the sound. 0 in all
            other frames.
        beat: 1 in a frame with a beat in it, else 0.
        pitch: Dominant pitch, 0 to 1: 0.2 per octave, 0 at 55 Hz and below, 1 at 1760 Hz and above; 0 where
            nothing has a pitch.
        pitch_hz: The same in Hz.
        brightness: Spectral centroid, 0 to 1 by its logarithm: 0 at 100 Hz and below, 1 at 10 kHz and above.
        beat_phase: Share of the beat that has passed at the frame's beginning, 0 to 1; 0 in the frame with a
            beat in it, before the first beat and after the last.
        bar_phase: The same of the bar.
        onsets: The onsets in the film, in its time.
        beats: The beats in the film, in its time.
        sound_beats: Those of the whole sound in the film's time, also before the film and after it.
    """

    amp: Column
    low: Column
    mid: Column
    high: Column
    onset: Column
    beat: Column
    pitch: Column
    pitch_hz: Column
    brightness: Column
    beat_phase: Column
    bar_phase: Column
    onsets: Onsets
    beats: Beats
    sound_beats: Beats

    def columns(self, prefix: str = "") -> Mapping[str, Column]:
        """Returns the arrays by name, with a prefix such as `drums_`; `bass` is another name of `low`."""
        named = {name: getattr(self, name) for name in COLUMNS}
        return {prefix + name: column for name, column in (named | {"bass": self.low}).items()}


COLUMNS = tuple(field.name for field in fields(Signals) if field.type == Column)
"""Names of the arrays."""
