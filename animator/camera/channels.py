"""`Channels`: what a camera does from each frame to the next, in the units of the film's settings."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

UNITS_PER_SCENE = 200.0
"""Units of 3D translations in one unit of the scene, which is where the nearest things are."""
NAMES = ("right", "up", "forward", "tilt", "pan", "roll", "lens")
"""The channels, in the order of the columns: three in the scene's unit, three in degrees, and the natural
logarithm of the factor by which the lens grows longer."""


@dataclass(frozen=True, eq=False)
class Channels:
    """The steps of a camera at every frame, from the frame before.

    Attributes:
        steps: (frames, 7), by `NAMES`; tilt is up, pan to the right, and roll turns the image
            counterclockwise.
    """

    steps: Array

    @classmethod
    def still(cls, frames: int) -> "Channels":
        """Returns the steps of a camera that stands still."""
        return cls(np.zeros((frames, len(NAMES))))

    @classmethod
    def of(cls, frames: int, **steps: Array | float) -> "Channels":
        """Returns the steps of some channels by name, each (frames,) or one number; the others are 0."""
        table = np.zeros((frames, len(NAMES)))
        for name, values in steps.items():
            table[:, NAMES.index(name)] = values
        return cls(table)

    @classmethod
    def between(cls, frames: int, **places: Array) -> "Channels":
        """Returns the steps between the places (frames,) of some channels; the first step is 0."""
        return cls.of(frames, **{name: np.diff(at, prepend=at[:1]) for name, at in places.items()})

    @classmethod
    def sum(cls, parts: Iterable["Channels"], frames: int) -> "Channels":
        """Returns the sum of several cameras' steps."""
        return cls(np.sum([part.steps for part in parts], axis=0) + cls.still(frames).steps)

    def step(self, name: str) -> Array:
        """Returns the steps of a channel (frames,)."""
        return self.steps[:, NAMES.index(name)]
