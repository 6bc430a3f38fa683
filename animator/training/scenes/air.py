"""Times of day and weathers, with their probabilities, colors and caption phrases."""

from dataclasses import dataclass

import numpy as np

from animator.training.scenes.colors import jitter, mix, rgb
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View


@dataclass(frozen=True)
class Time:
    """A time of day.

    Attributes:
        weight: Relative frequency.
        zenith, middle, low: Colors (3,) of the sky from zenith to horizon.
        light: Color of sun or moon.
        ambient: Strength of the ambient light.
        phrases: Names of it in captions.
    """

    weight: float
    zenith: Array
    middle: Array
    low: Array
    light: Array
    ambient: float
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Weather:
    """A weather.

    Attributes:
        weight: Relative frequency by day.
        night_weight: Relative frequency at night.
        clouds: Cloud cover; larger is more.
        phrases: Names of it in captions.
    """

    weight: float
    night_weight: float
    clouds: float
    phrases: tuple[str, ...]


TIMES: dict[str, Time] = {
    "dawn": Time(
        0.17, rgb(74, 112, 178), rgb(225, 170, 185), rgb(255, 218, 178), rgb(255, 214, 180), 0.55,
        ("at dawn", "at sunrise", "early morning"),
    ),
    "day": Time(
        0.25, rgb(32, 96, 196), rgb(105, 165, 228), rgb(205, 228, 246), rgb(255, 250, 235), 0.62,
        ("in daylight", "on a sunny day", "at noon", ""),
    ),
    "sunset": Time(
        0.23, rgb(58, 48, 116), rgb(226, 96, 96), rgb(255, 186, 84), rgb(255, 170, 95), 0.5,
        ("at sunset", "in the evening", "golden hour"),
    ),
    "dusk": Time(
        0.13, rgb(22, 24, 70), rgb(98, 66, 132), rgb(236, 138, 122), rgb(220, 150, 160), 0.42,
        ("at dusk", "at twilight"),
    ),
    "night": Time(
        0.22, rgb(4, 7, 24), rgb(12, 22, 56), rgb(34, 54, 100), rgb(150, 175, 230), 0.3,
        ("at night", "under a night sky", "at midnight"),
    ),
}  # fmt: skip

WEATHERS: dict[str, Weather] = {
    "clear": Weather(0.5, 0.42, -1.2, ("clear sky", "", "")),
    "cloudy": Weather(0.24, 0.24, 0.1, ("clouds", "cloudy sky", "dramatic clouds")),
    "stormy": Weather(0.06, 0.06, 0.9, ("storm", "stormy sky", "dark storm clouds")),
    "foggy": Weather(0.07, 0.07, 0.5, ("fog", "mist", "foggy", "misty")),
    "rainy": Weather(0.03, 0.03, 1.1, ("rain", "rainy")),
    "snowy": Weather(0.05, 0.05, 0.6, ("snow", "snowfall", "winter")),
    "aurora": Weather(0.0, 0.25, -1.6, ("aurora", "northern lights", "aurora borealis")),
}
DRY = ("clear", "cloudy", "foggy", "aurora")
ANY = tuple(WEATHERS)
LOW_HORIZON, HIGH_HORIZON = 0.36, 0.6
# Desaturation of the sky by clouds, and scale and offset of the gray that it moves to.
_GRAY = {"stormy": (0.75, 0.45, 0.0), "rainy": (0.75, 0.75, 0.0), "foggy": (0.6, 0.75, 0.12)}


def sample_atmosphere(
    view: View, weathers: tuple[str, ...] = ANY, horizon: tuple[float, float] = (LOW_HORIZON, HIGH_HORIZON)
) -> Atmosphere:
    """Samples a time of day, one of the weathers, and a horizon between two heights."""
    rng = view.rng
    name = str(rng.choice(list(TIMES), p=_probabilities([t.weight for t in TIMES.values()])))
    time = TIMES[name]
    weights = [WEATHERS[w].night_weight if name == "night" else WEATHERS[w].weight for w in weathers]
    weather = str(rng.choice(weathers, p=_probabilities(weights)))
    height = float(rng.uniform(*horizon))
    sky = [jitter(c, rng, s) for c, s in ((time.zenith, 0.03), (time.middle, 0.04), (time.low, 0.03))]
    if weather in _GRAY:
        amount, scale, offset = _GRAY[weather]
        sky = [mix(c, np.full(3, c.mean() * scale + offset, np.float32), amount) for c in sky]
    low_sun = name in ("dawn", "sunset", "dusk")
    sun = (rng.uniform(0.15, 0.85), height * (rng.uniform(0.72, 1.0) if low_sun else rng.uniform(0.15, 0.5)))
    return Atmosphere(name, weather, height, sky[0], sky[1], sky[2], time.light, time.ambient, sun)


def _probabilities(weights: list[float]) -> Array:
    total = np.asarray(weights, np.float64)
    return np.asarray(total / total.sum())
