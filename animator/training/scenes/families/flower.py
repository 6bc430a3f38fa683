"""Flowers seen from above."""

from dataclasses import dataclass

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import NAMED, blend, hsv, rgb, smoothstep
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import SceneImage, View


def flower(view: View) -> SceneImage:
    """Renders one to three blossoms of three rings of petals in front of a blurred background."""
    rng = view.rng
    name, hue = NAMED[rng.integers(len(NAMED))]
    color, disparity = _background(view), view.blank()
    count = 1 if view.chance(0.65) else int(rng.integers(2, 4))
    for size in sorted(rng.uniform(0.26 if count == 1 else 0.14, 0.42, count)):
        blossom = _blossom(view, float(size), hue)
        color = _petals(color, blossom)
        for ring, scale in enumerate(_RINGS):
            near = _ring(blossom, ring, scale)[0] * (0.4 + 0.15 * ring) * min(1, 0.4 + size * 1.6)
            disparity = np.maximum(disparity, near).astype(np.float32)
        color = _heart(color, blossom)
    one = view.pick(f"a {name} flower", f"{name} flower", f"{name} blossom")
    subject = one if count == 1 else f"{name} flowers"
    return SceneImage(color, disparity, subject)


_RINGS = (1.0, 0.78, 0.55)


@dataclass(frozen=True)
class _Blossom:
    """A blossom.

    Attributes:
        radius, angle: Polar coordinates (side, side) about its center; the radius in units of its size.
        petals: Petals per ring.
        hue: Hue in turns.
    """

    radius: Array
    angle: Array
    petals: int
    hue: float


def _background(view: View) -> Array:
    rng = view.rng
    hue = float(rng.choice([0.33, 0.3, 0.4, 0.6]))
    shade = smoothstep(-1.5, 1.5, view.field(noise.SMOOTH, 0.4))
    color = blend(hsv(hue, 0.7, 0.12), hsv(hue, 0.6, 0.5), shade)
    for _ in range(10):
        distance, size = np.hypot(view.x - rng.random(), view.y - rng.random()), rng.uniform(0.02, 0.07)
        spot = hsv(hue + rng.normal(0, 0.1), 0.5, 0.8)
        color = blend(color, spot, smoothstep(size, size * 0.7, distance) * 0.25)
    return color


def _blossom(view: View, size: float, hue: float) -> _Blossom:
    rng = view.rng
    x, y = view.x - rng.uniform(0.32, 0.68), view.y - rng.uniform(0.34, 0.66)
    angle = np.arctan2(y, x) + rng.uniform(0, 6)
    return _Blossom(np.hypot(x, y) / size, angle, int(rng.choice([5, 6, 8, 12])), hue)


def _ring(blossom: _Blossom, ring: int, scale: float) -> tuple[Array, Array]:
    """Returns the mask (side, side) of a ring of petals, and the coordinate across each petal in [-1, 1]."""
    across = ((blossom.angle / (2 * np.pi) * blossom.petals + 0.5 * ring) % 1 - 0.5) * 2
    edge = scale * (0.45 + 0.55 * np.abs(np.cos(across * np.pi / 2)) ** 0.6)
    return smoothstep(0.03, -0.03, blossom.radius - edge), across


def _petals(color: Array, blossom: _Blossom) -> Array:
    for ring, scale in enumerate(_RINGS):
        mask, across = _ring(blossom, ring, scale)
        light = blossom.radius / scale * 1.1 - 0.15 * across**2 + 0.1 * np.sin(across * 14)
        petal = blend(hsv(blossom.hue, 0.9, 0.35), hsv(blossom.hue + 0.015, 0.7, 1), np.clip(light, 0, 1))
        color = blend(color, petal * (1 - 0.35 * np.abs(across)[..., None] ** 3), mask)
    return color


def _heart(color: Array, blossom: _Blossom) -> Array:
    grains = 0.7 + 0.3 * np.sin(blossom.radius * 60) * np.sin(blossom.angle * 20)
    return blend(color, rgb(250, 200, 60) * grains[..., None], smoothstep(0.24, 0.2, blossom.radius))
