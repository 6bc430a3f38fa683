"""One schedule of a film as points to draw: its values at every frame, thinned out for long films."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.settings import Animation

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SampledCurve:
    """A schedule of numbers over the film.

    Attributes:
        path: Its setting, such as `motion.zoom`.
        frames: The frames that are sampled, ascending (n,), int64; all of them in a short film.
        values: The values of the plans at these frames (n,), float64.
        raw: The same as the schedule gives them, before clamping and rounding (n,), float64.
        keys: Frames of the film with a key, ascending; each is one of `frames`.
    """

    path: str
    frames: NDArray[np.int64]
    values: Values
    raw: Values
    keys: tuple[int, ...]


def curve_of(animation: Animation, path: str, points: int = 4000) -> SampledCurve:
    """Returns the curve of a schedule of numbers; no other schedule is evaluated.

    Args:
        animation: The film.
        path: The setting, such as `motion.zoom` or `controlnet.0.weight`.
        points: Largest number of frames besides those with a key. In longer films these are the frames with the
            smallest and the largest value of each part, so that no peak is lost.

    Raises:
        PresetError: There is no such schedule, or it cannot be evaluated at some frame.
    """
    raise NotImplementedError


def beats_of(animation: Animation) -> NDArray[np.int64]:
    """Returns the frames of the beats, ascending, as keys such as `8b` fall on them; none without `bpm`."""
    raise NotImplementedError
