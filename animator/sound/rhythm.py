"""`Onsets` and `Beats`: when something begins to sound, and the pulse behind it. Times in seconds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Onsets:
    """When something begins to sound.

    Attributes:
        times: (n,) seconds, rising.
        strengths: (n,) 0 to 1; 1 is the strongest of the sound.
    """

    times: Times
    strengths: Times


@dataclass(frozen=True)
class Section:
    """A part of a sound with one tempo.

    Attributes:
        start: Its first beat, in seconds.
        bpm: Beats per minute.
    """

    start: float
    bpm: float


@dataclass(frozen=True)
class Beats:
    """The pulse of a sound.

    Attributes:
        times: (n,) seconds of the beats, rising; empty where none is heard.
        bars: (m,) seconds of those that begin a bar.
        bpm: Beats per minute, the median over time; 0 without beats.
        confidence: Share of the onsets' strength that comes again one beat later, 0 to 1.
        sections: The tempo where it changes; the first one begins with the first beat.
    """

    times: Times
    bars: Times
    bpm: float
    confidence: float
    sections: tuple[Section, ...]


NO_BEATS = Beats(np.zeros(0), np.zeros(0), 0.0, 0.0, ())
