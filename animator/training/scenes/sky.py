"""The sky above an outdoor scene."""

import numpy as np

from animator.training.scenes.clouds import with_clouds, with_lightning
from animator.training.scenes.colors import blend, smoothstep
from animator.training.scenes.night import with_aurora, with_moon, with_stars
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View


def sky(view: View, air: Atmosphere) -> tuple[Array, tuple[str, ...]]:
    """Renders the sky (side, side, 3); also returns the names of extras in it."""
    image = _gradient(view, air)
    extras: tuple[str, ...] = ()
    if air.dark:
        image, extras = _night(view, air, image)
    elif air.bright:
        image = _with_sun(view, air, image)
    if air.weather != "aurora":
        image = with_clouds(view, air, image)
    if air.weather == "stormy" and view.chance(0.6):
        image, extras = with_lightning(view, air, image), (*extras, "lightning")
    return np.clip(image, 0, 1.3).astype(np.float32), extras


def _night(view: View, air: Atmosphere, image: Array) -> tuple[Array, tuple[str, ...]]:
    extras: tuple[str, ...] = ()
    if air.weather in ("clear", "aurora", "cloudy"):
        image, extras = with_stars(view, air, image)
    if air.bright and view.chance(0.6):
        image, moon = with_moon(view, air, image)
        extras = (*extras, moon)
    if air.weather == "aurora":
        image = with_aurora(view, air, image)
    return image, extras


def _gradient(view: View, air: Atmosphere) -> Array:
    height = np.clip(view.y / air.horizon, 0, 1) ** 0.9
    upper = blend(air.zenith, air.middle, np.clip(height / 0.55, 0, 1))
    return blend(upper, air.low, np.clip((height - 0.55) / 0.45, 0, 1))


def _with_sun(view: View, air: Atmosphere, image: Array) -> Array:
    distance = np.hypot(view.x - air.sun[0], view.y - air.sun[1])
    low = air.sun_is_low
    radius = view.rng.uniform(0.035, 0.07) if low else view.rng.uniform(0.02, 0.035)
    halo = np.exp(-distance / (0.22 if low else 0.12)) * (0.5 if low else 0.4)
    glow = halo + np.exp(-distance / 0.05) * 0.45
    image = image + glow[..., None] * air.light
    disc = smoothstep(radius + 0.004, radius - 0.004, distance)
    return blend(image, np.clip(air.light * 1.15, 0, 1), disc)
