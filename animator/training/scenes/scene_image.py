"""Values that pass between the steps of rendering a scene."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from animator.training.scenes import noise
from animator.training.scenes.noise import Array


@dataclass(frozen=True)
class View:
    """Square canvas that a scene is rendered on, with its random generator.

    Attributes:
        rng: Source of all random choices.
        side: Side of the image in pixels.
        x, y: Centers of the pixels (side, side) as fractions of the side, from the top left.
    """

    rng: Generator
    side: int
    x: Array
    y: Array

    def chance(self, probability: float) -> bool:
        """Returns True with a probability."""
        return bool(self.rng.random() < probability)

    def pick(self, *choices: str) -> str:
        """Returns one of the choices at random."""
        return str(self.rng.choice(choices))

    def noise(self, beta: float) -> Array:
        """Returns a tileable field; see `noise.random_field`."""
        return noise.random_field(self.rng, beta)

    def field(self, beta: float, scale: float) -> Array:
        """Returns noise (side, side) over the image; `scale` is the part of a field that it covers."""
        size = scale * noise.SIDE
        return noise.sample(self.noise(beta), self.x * size, self.y * size)

    def blank(self) -> Array:
        """Returns zeros (side, side)."""
        return np.zeros((self.side, self.side), np.float32)

    def blur(self, image: Array, sigma: float) -> Array:
        """Returns the image with a Gaussian blur; sigma is a fraction of the side."""
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma * self.side))


def new_view(rng: Generator, side: int) -> View:
    """Returns a view of a side in pixels."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    return View(rng, side, (x + np.float32(0.5)) / side, (y + np.float32(0.5)) / side)


@dataclass(frozen=True)
class Atmosphere:
    """Light and weather of an outdoor scene.

    Attributes:
        time, weather: Keys of `air.TIMES` and `air.WEATHERS`.
        horizon: Height of the horizon as a fraction of the side, from the top.
        zenith, middle, low: Colors (3,) of the sky; `low` is also the color of the haze.
        light: Color of sun or moon.
        ambient: Strength of the ambient light.
        sun: Position (x, y) of sun or moon in fractions of the side.
    """

    time: str
    weather: str
    horizon: float
    zenith: Array
    middle: Array
    low: Array
    light: Array
    ambient: float
    sun: tuple[float, float]

    @property
    def bright(self) -> bool:
        """True if sun or moon is visible."""
        return self.weather not in ("stormy", "rainy", "foggy")

    @property
    def sun_is_low(self) -> bool:
        """True at dawn, sunset and dusk."""
        return self.time in ("dawn", "sunset", "dusk")

    @property
    def dark(self) -> bool:
        """True at night."""
        return self.time == "night"

    @property
    def thickness(self) -> float:
        """Density of the haze, relative to a clear day."""
        return {"foggy": 2.6, "rainy": 1.25, "snowy": 1.25}.get(self.weather, 1.0)


@dataclass(frozen=True)
class SceneImage:
    """A scene before post-processing; see `finish`.

    Attributes:
        color: (side, side, 3), not yet clipped.
        disparity: (side, side), 1 near and 0 infinitely far.
        subject: Name of the subject, such as `an island in the sea`.
        extras: Names of other objects in it, such as `a sailboat`.
        air: Light and weather; None for scenes without them.
    """

    color: Array
    disparity: Array
    subject: str
    extras: tuple[str, ...] = ()
    air: Atmosphere | None = None
