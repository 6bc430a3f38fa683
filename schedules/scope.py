"""`Scope`: the film that a schedule is evaluated for, and with it the values of its variables."""

import bisect
import keyword
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from schedules.errors import ScheduleError

_MAX_FRAMES = 10_000_000
_MAX_BEATS = 1_000_000
_MAX_BEATS_PER_BAR = 64
_LONGEST = 1e9
_MARKER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = frozenset({"t", "i", "max_f", "s", "fps", "bpm", "pi", "e", "after", "morph"})
"""Names that mean something in formulas or beside keys, so that no marker has them."""


class Signal(Protocol):
    """The values of a variable, float64, by frame: an array, or what makes one when it is asked."""

    def __len__(self) -> int:
        """Returns the number of frames."""

    def __getitem__(self, frames: Any, /) -> Any:
        """Returns the values at some frames (n,)."""


@dataclass(frozen=True)
class Scope:
    """The film that schedules are evaluated for.

    Attributes:
        frames: Number of frames; `max_f` in formulas is `frames - 1`.
        seed: `s` in formulas; also the seed of wildcards.
        fps: Frames per second, for keys such as `2s`.
        bpm: Beats per minute for keys such as `8b`; None if the film has no beat.
        compat: True for the values of the Deforum extension 3.0 wherever it accepts the schedule.
        signals: Further variables of formulas, such as an audio level: name -> values (frames,). Only those
            that a formula uses are asked for their values.
        beats_per_bar: Beats in a bar, for keys such as `2bar`.
        first_beat: Time of the first beat, `0b`, in seconds; unused where `beats` are given.
        beats: The time of each beat in seconds, ascending, where the tempo changes: `8b` is the ninth. Beyond
            them the tempo stays. Empty for a steady tempo, `bpm`.
        markers: Moments with a name, in seconds, for keys such as `drop`.
    """

    frames: int
    seed: int = 0
    fps: float = 15.0
    bpm: float | None = None
    compat: bool = False
    signals: Mapping[str, Signal] = field(default_factory=dict, compare=False)
    beats_per_bar: int = 4
    first_beat: float = 0.0
    beats: tuple[float, ...] = ()
    markers: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not 1 <= self.frames <= _MAX_FRAMES:
            raise ScheduleError(f"the film has {self.frames} frames; expected 1 to {_MAX_FRAMES}")
        for name, value in (("fps", self.fps), ("bpm", self.bpm)):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ScheduleError(f"{name} must be a number above 0, not {value}")
        for name, signal in self.signals.items():
            if not name.isidentifier() or name.startswith("_") or len(signal) != self.frames:
                raise ScheduleError(f"signal `{name}` needs a plain name and {self.frames} values")
        self._check_beats()
        for name, seconds in self.markers.items():
            check_marker(name, seconds, self.signals)

    @property
    def max_f(self) -> int:
        """The last frame's number."""
        return self.frames - 1

    @property
    def names(self) -> frozenset[str]:
        """The names of its signals and markers."""
        return frozenset(self.signals).union(self.markers)

    @property
    def has_beat(self) -> bool:
        """True if keys may be in beats and bars."""
        return self.bpm is not None or bool(self.beats)

    def frame_of_beat(self, beat: float) -> float:
        """Returns the frame of a beat, counted from 0; both may be fractions.

        Raises:
            ScheduleError: The film has no beat.
        """
        if self.beats:
            index = self._beat_before(math.floor(min(max(beat, 0.0), len(self.beats))))
            start, stop = self.beats[index : index + 2]
            return (start + (beat - index) * (stop - start)) * self.fps
        return beat * self._frames_per_beat + self.first_beat * self.fps

    def beat_of_frame(self, frame: float) -> float:
        """Returns the beat on a frame, counted from 0; both may be fractions.

        Raises:
            ScheduleError: The film has no beat.
        """
        if self.beats:
            index = self._beat_before(bisect.bisect_right(self.beats, frame / self.fps) - 1)
            start, stop = self.beats[index : index + 2]
            return index + (frame / self.fps - start) / (stop - start)
        return (frame - self.first_beat * self.fps) / self._frames_per_beat

    def frame_of_marker(self, name: str) -> float:
        """Returns the frame nearest to a marker, a whole number."""
        return float(np.floor(self.markers[name] * self.fps + 0.5))

    @property
    def _frames_per_beat(self) -> float:
        if self.bpm is None:
            raise ScheduleError("the film has no beat", hint="set bpm, such as bpm: 120")
        return 60.0 / self.bpm * self.fps

    def _beat_before(self, index: int) -> int:
        """Returns the index of a beat that has another one behind it."""
        return min(max(index, 0), len(self.beats) - 2)

    def _check_beats(self) -> None:
        if not 1 <= self.beats_per_bar <= _MAX_BEATS_PER_BAR:
            bounds = f"1 to {_MAX_BEATS_PER_BAR}"
            raise ScheduleError(f"a bar has {self.beats_per_bar} beats; expected {bounds}")
        if not abs(self.first_beat) <= _LONGEST:
            raise ScheduleError(f"the first beat is at {self.first_beat} s; expected a time in seconds")
        times = np.asarray(self.beats, dtype=np.float64)
        is_ascending = bool(np.all(np.abs(times) <= _LONGEST) and np.all(np.diff(times) > 0))
        if self.beats and not (2 <= len(times) <= _MAX_BEATS and is_ascending):
            expected = f"2 to {_MAX_BEATS} times in seconds, each later than the one before"
            raise ScheduleError(f"the beats of the film are not usable; expected {expected}")


def check_marker(name: str, seconds: float, taken: Collection[str] = ()) -> None:
    """Checks the name and the time of a marker.

    Args:
        name: The name.
        seconds: The time.
        taken: Names that formulas use for something else.

    Raises:
        ScheduleError: Keys cannot have the name, or the time is none.
    """
    is_taken = name in _RESERVED or name in taken or keyword.iskeyword(name)
    if is_taken or not _MARKER.fullmatch(name):
        reason = "means something else" if is_taken else "is not a word of a to z, digits and _"
        raise ScheduleError(f"a marker cannot have the name `{name:.80}`, which {reason}")
    if not abs(seconds) <= _LONGEST:
        raise ScheduleError(f"marker `{name:.80}` is at {seconds} s; expected a time in seconds")
