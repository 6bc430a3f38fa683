"""The wave of a film's sound: its lowest and highest sample in each of many short spans."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.film.sound import Sound

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """A part of a film's time.

    Attributes:
        start: Its beginning in seconds of the film.
        seconds: Its length.
        points: Number of equal parts.
    """

    start: float
    seconds: float
    points: int


def wave_of(sound: Sound, span: Span) -> Wave:
    """Returns the lowest and highest sample of each part (points, 2), float32 in [-1, 1]; 0 where silent.

    Args:
        sound: The sound of a film, with its offset.
        span: The part of the film, and the number of points.

    Raises:
        UserError: There is no such file, it has no sound, or it is a URL that is not allowed.
    """
    raise NotImplementedError
