"""What the names in a schedule mean: the film that it is evaluated for."""

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
        seed: `s` in formulas; also picks wildcards.
        fps: Frames per second; gives keys such as `2s` their frame.
        bpm: Beats per minute for keys such as `8b`; None where the film has no beat.
        compat: True for the numbers of the Deforum extension 3.0 wherever it gives any.
        signals: Further names of formulas, such as an audio level: name -> (frames,) values.
    """

    frames: int
    seed: int = 0
    fps: float = 15.0
    bpm: float | None = None
    compat: bool = False
    signals: Mapping[str, NDArray[np.float64]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.frames <= _MAX_FRAMES:
            raise ScheduleError(f"a film has 1 to {_MAX_FRAMES} frames, not {self.frames}")
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
