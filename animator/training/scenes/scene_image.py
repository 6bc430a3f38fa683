"""What passes between the steps of making a scene."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from animator.training.scenes import noise
from animator.training.scenes.noise import Array


@dataclass(frozen=True)
class View:
    """The empty square image that a scene is drawn on.

    Attributes:
        rng: The only source of chance.
        side: Pixels of a side.
        x, y: Centers of the pixels (side, side) as fractions of the side, from the top left.
    """

    rng: Generator
    side: int
    x: Array
    y: Array

    def chance(self, probability: float) -> bool:
        """True with the probability given."""
        return bool(self.rng.random() < probability)

    def pick(self, *choices: str) -> str:
        """One of the choices."""
        return str(self.rng.choice(choices))

    def noise(self, beta: float) -> Array:
        """A tileable field, see `noise.draw`."""
        return noise.random_field(self.rng, beta)

    def field(self, beta: float, scale: float) -> Array:
        """Noise (side, side) laid over the image; `scale` is the share of a field that it shows."""
        size = scale * noise.SIDE
        return noise.sample(self.noise(beta), self.x * size, self.y * size)

    def blank(self) -> Array:
        """Zeros (side, side)."""
        return np.zeros((self.side, self.side), np.float32)

    def blur(self, image: Array, sigma: float) -> Array:
        """The image blurred by a deviation given as a fraction of the side."""
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma * self.side))


def new_view(rng: Generator, side: int) -> View:
    """The empty view of a side."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    return View(rng, side, (x + np.float32(0.5)) / side, (y + np.float32(0.5)) / side)


@dataclass(frozen=True)
class Atmosphere:
    """Light and weather of an outdoor scene.

    Attributes:
        time, weather: Keys of `air.TIMES` and `air.WEATHERS`.
        horizon: Height of the horizon as a fraction of the side, from the top.
        zenith, middle, low: Colors (3,) of the sky; `low` is also the color of distance.
        light: Color of sun or moon.
        ambient: Strength of the light from everywhere.
        sun: Place (x, y) of sun or moon in fractions of the side.
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
        """True where sun or moon is not hidden."""
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
        """How fast things fade with distance, relative to a clear day."""
        return {"foggy": 2.6, "rainy": 1.25, "snowy": 1.25}.get(self.weather, 1.0)


@dataclass(frozen=True)
class SceneImage:
    """A scene before weather in front of the lens, tone curve and style.

    Attributes:
        color: (side, side, 3), not yet clipped.
        disparity: (side, side), 1 near and 0 infinitely far.
        subject: What it shows, such as `an island in the sea`.
        extras: What else is in it, such as `a sailboat`.
        air: Light and weather, where there are any.
    """

    color: Array
    disparity: Array
    subject: str
    extras: tuple[str, ...] = ()
    air: Atmosphere | None = None
