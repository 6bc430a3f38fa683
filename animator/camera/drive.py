"""`Drive`: how far a move has come at every frame, by its speed, its intensity and its time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedules.easing import EASINGS

Array = NDArray[np.float64]

_FADE_SECONDS = 0.25
"""How long the swing of a move grows and fades where it begins or ends within the film."""


@dataclass(frozen=True, eq=False)
class Drive:
    """What a move is made from.

    Attributes:
        step: (frames,), seconds that it runs on from the frame before, at its own speed.
        intensity: (frames,), factor on what it does.
        swing: (frames,), 0 to 1: how much of a swing there is where it begins and ends.
        fps: Frames per second.
        distance: Of what it turns about, in the scene's unit.
        seed: Of its noise.
    """

    step: Array
    intensity: Array
    swing: Array
    fps: float
    distance: float = 1.0
    seed: int = 0

    @property
    def frames(self) -> int:
        """The number of frames."""
        return len(self.step)

    @property
    def seconds(self) -> Array:
        """The seconds (frames,) that it has run, at its own speed."""
        return np.cumsum(self.step)

    @property
    def run(self) -> Array:
        """What a steady move does at every frame (frames,), of what it does in a second."""
        return self.step * self.intensity

    @property
    def amplitude(self) -> Array:
        """The factor (frames,) on the swings of a move that comes back to where it began."""
        return self.intensity * self.swing


def paced(speed: Array, fps: float, first: int, last: int, ease: Callable[[Array], Array]) -> Array:
    """Returns the seconds (frames,) that a move runs on at every frame; 0 outside its time.

    Args:
        speed: (frames,), factor on its speed.
        fps: Frames per second.
        first: The frame it begins at.
        last: The frame it ends at, after `first`.
        ease: How it gets on, from 0 to 1.
    """
    share = np.clip((np.arange(-1, len(speed)) - first) / (last - first), 0.0, 1.0)
    return np.diff(ease(share)) * (last - first) / fps * speed


def swing_of(frames: int, fps: float, first: int, last: int) -> Array:
    """Returns how much of a swing there is at every frame (frames,), 0 to 1, between two of them."""
    at = np.arange(frames)
    fade = max(min(_FADE_SECONDS * fps, (last - first) / 2), 1.0)
    grown = np.ones(frames) if first <= 0 else np.clip((at - first) / fade, 0.0, 1.0)
    left = np.ones(frames) if last >= frames - 1 else np.clip((last - at) / fade, 0.0, 1.0)
    return EASINGS["ease_in_out"](grown * left)
