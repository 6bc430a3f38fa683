"""Night sky: stars, moon and northern lights."""

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import blend, hsv, jitter, mix, rgb, smoothstep
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View

_TINT = np.array([0.95, 0.95, 1.0], np.float32)


def stars(view: View, count: int, power: float) -> Array:
    """Renders the brightness (side, side) of random stars; a higher power leaves fewer bright ones.

    A star is about one 256th of the side wide.
    """
    points = view.blank()
    positions = view.rng.random((2, count)) * view.side
    points[tuple(positions.astype(np.int64))] = view.rng.random(count) ** power
    # The brightness does not depend on the resolution: a star covers (side / 256) ** 2 pixels.
    spread = view.side / 256
    return np.asarray(view.blur(points, 0.55 / 256) * np.float32(3.2 * spread**2))


def with_stars(view: View, air: Atmosphere, image: Array) -> tuple[Array, tuple[str, ...]]:
    """Returns the sky with stars and sometimes the milky way, and the names of extras."""
    rng = view.rng
    light = stars(view, int(rng.integers(150, 600)), 3)
    extras: tuple[str, ...] = ()
    if view.chance(0.45):
        slope = rng.uniform(-1, 1)
        across = view.x - 0.5 - slope * (view.y - 0.3)
        band = np.exp(-((across / 0.14) ** 2)) * np.clip(0.55 + 0.35 * view.field(noise.GRAINY, 0.8), 0, 2)
        image = image + band[..., None] * jitter(rgb(80, 85, 130), rng) * 0.55
        light = light * (1 + 2 * band)
        extras = ("milky way",)
    return image + np.clip(light, 0, 1)[..., None] * _TINT, extras


def with_moon(view: View, air: Atmosphere, image: Array) -> tuple[Array, str]:
    """Returns the sky with a full or crescent moon, and the name of the moon."""
    rng = view.rng
    radius = rng.uniform(0.03, 0.085)
    x, y = view.x - air.sun[0], view.y - air.sun[1]
    distance = np.hypot(x, y)
    disc = smoothstep(radius + 0.003, radius - 0.003, distance)
    surface = rgb(245, 240, 220) * (1 - 0.1 * np.clip(view.field(noise.GRAINY, 0.7), 0, 2))[..., None]
    phase = rng.uniform(-1.4, 1.4)
    name = "full moon"
    if 0.45 < abs(phase) < 1.0:
        disc = disc * (1 - smoothstep(radius + 0.003, radius - 0.003, np.hypot(x - phase * radius, y)))
        name = "crescent moon"
    image = image + np.exp(-distance / 0.12)[..., None] * rgb(120, 140, 190) * 0.45
    return blend(image, np.asarray(surface, np.float32), disc), name


def with_aurora(view: View, air: Atmosphere, image: Array) -> Array:
    """Returns the sky with curtains of northern lights."""
    rng = view.rng
    shape, rays = view.noise(noise.SMOOTH)[0], view.noise(noise.ROUGH)[0]
    column, texels = view.x[0] * noise.SIDE * 0.5, np.arange(noise.SIDE)
    hue = rng.uniform(0.33, 0.48)
    for _ in range(int(rng.integers(1, 4))):
        start = rng.uniform(0, noise.SIDE)
        fold = np.interp((column + start) % noise.SIDE, texels, shape)
        foot = rng.uniform(0.25, 0.75) * air.horizon + 0.09 * fold
        light = np.clip(0.6 + 0.35 * np.interp((column * 3 + start) % noise.SIDE, texels, rays), 0.05, 2)
        length = rng.uniform(0.12, 0.28) * air.horizon * 1.5
        above = foot[None] - view.y
        glow = np.where(above > 0, np.exp(-np.abs(above) / length), np.exp(-np.abs(above) / 0.018))
        far = hsv(hue + rng.uniform(0.25, 0.45), 0.8, 0.9)
        color = blend(hsv(hue, 0.85, 1), far, np.clip(above / length / 1.6, 0, 1).astype(np.float32))
        image = image + mix(0.0, color, (glow * light[None] * 0.75)[..., None].astype(np.float32))
    return image
