"""`Scope`: the film that a schedule is evaluated for, and with it the values of its variables."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError

_MAX_FRAMES = 10_000_000


@dataclass(frozen=True)
class Scope:
    """The film that schedules are evaluated for.

    Attributes:
        frames: Number of frames; `max_f` in formulas is `frames - 1`.
        seed: `s` in formulas; also the seed of wildcards.
        fps: Frames per second, for keys such as `2s`.
        bpm: Beats per minute for keys such as `8b`; None if the film has no beat.
        compat: True for the values of the Deforum extension 3.0 wherever it accepts the schedule.
        signals: Further variables of formulas, such as an audio level: name -> values (frames,).
    """

    frames: int
    seed: int = 0
    fps: float = 15.0
    bpm: float | None = None
    compat: bool = False
    signals: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.frames <= _MAX_FRAMES:
            raise ScheduleError(f"the film has {self.frames} frames; expected 1 to {_MAX_FRAMES}")
        for name, value in (("fps", self.fps), ("bpm", self.bpm)):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ScheduleError(f"{name} must be a number above 0, not {value}")
        for name, signal in self.signals.items():
            if not name.isidentifier() or name.startswith("_") or len(signal) != self.frames:
                raise ScheduleError(f"signal `{name}` needs a plain name and {self.frames} values")

    @property
    def max_f(self) -> int:
        """The last frame's number."""
        return self.frames - 1
