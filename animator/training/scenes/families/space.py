"""Nebulae, planets with and without rings, spiral galaxies, stars."""

from dataclasses import dataclass

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import blend, hsv, mix, rgb, smoothstep
from animator.training.scenes.night import stars
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import SceneImage, View

_HUES = (
    (0.0, "red"),
    (0.08, "orange"),
    (0.14, "golden"),
    (0.36, "green"),
    (0.52, "cyan"),
    (0.62, "blue"),
    (0.77, "purple"),
    (0.9, "pink"),
)


def space(view: View) -> SceneImage:
    """Renders a starry sky with a nebula, a planet or a galaxy."""
    color: Array = np.zeros((view.side, view.side, 3), np.float32) + rgb(4, 5, 14)
    nebula = ""
    if view.chance(0.7):
        color, nebula = _nebula(view, color)
    color = _with_stars(view, color)
    disparity: Array = view.blank()
    which = view.rng.random()
    if which < 0.7:
        color, disparity, subject = _planets(view, color, disparity)
        subject += f" in a {nebula}" if nebula else " among stars"
    elif which < 0.85:
        color, subject = _galaxy(view, color), "a spiral galaxy"
        subject += f" in a {nebula}" if nebula else ""
    else:
        subject = f"a {nebula}" if nebula else "starfield"
    return SceneImage(np.clip(color, 0, 1.4), disparity, subject, ("stars",) if view.chance(0.4) else ())


def _nebula(view: View, color: Array) -> tuple[Array, str]:
    """Returns the sky with two colored clouds with bright cores, and the name of the nebula."""
    rng = view.rng
    hue, name = _HUES[rng.integers(len(_HUES))]
    other = hue + rng.choice([-0.18, 0.16, 0.3])
    bend_x, bend_y = view.field(noise.SMOOTH, 0.5) * 0.08, view.field(noise.SMOOTH, 0.5) * 0.08

    def cloud(beta: float, scale: float, across: Array, down: Array) -> Array:
        size = scale * noise.SIDE
        return noise.sample(view.noise(beta), (view.x + across) * size, (view.y + down) * size)

    one = cloud(noise.GRAINY, 0.6, bend_x, bend_y)
    two = cloud(noise.ROLLING, 0.6, -bend_y, bend_x)
    three = cloud(noise.ROLLING, 0.8, bend_y, -bend_x)
    color = color + (np.clip(one * 0.5 + two * 0.6, 0, 2) ** 1.4)[..., None] * hsv(hue, 0.8, 0.6)
    color = color + (np.clip(two * 0.4 + three * 0.7 - 0.2, 0, 2) ** 1.5)[..., None] * hsv(other, 0.75, 0.5)
    core = np.clip(one + two + three - 1.8, 0, 2) ** 2 * 0.15
    color = (color + core[..., None] * rgb(255, 240, 230)) * np.clip(1 + 0.45 * three, 0.15, 1.3)[..., None]
    return np.asarray(color, np.float32), f"{name} nebula"


def _with_stars(view: View, color: Array) -> Array:
    rng = view.rng
    color = color + 1.3 * stars(view, int(rng.integers(200, 700)), 4)[..., None]
    for _ in range(int(rng.integers(2, 9))):
        x, y, size = view.x - rng.random(), view.y - rng.random(), rng.uniform(0.003, 0.008)
        rays = np.exp(-np.abs(x) / (size * 0.25) - np.abs(y) / (size * 3))
        rays = rays + np.exp(-np.abs(y) / (size * 0.25) - np.abs(x) / (size * 3))
        color = color + (np.exp(-(x**2 + y**2) / size**2) + 0.5 * rays)[..., None]
    return np.asarray(color, np.float32)


@dataclass(frozen=True)
class _Ball:
    """A planet seen from afar.

    Attributes:
        x, y, z: Coordinates (side, side) in radii from its center; z points toward the viewer.
        mask: Its disc (side, side).
        tilt: Tilt of its axis in radians.
        hue: Hue in turns.
    """

    x: Array
    y: Array
    z: Array
    mask: Array
    tilt: float
    hue: float


def _planets(view: View, color: Array, disparity: Array) -> tuple[Array, Array, str]:
    """Returns the sky and its disparity with a planet, perhaps a ring and a moon, and the planet's name."""
    rng = view.rng
    ringed = view.chance(0.5)
    for index in range(2 if view.chance(0.2) else 1):
        radius = rng.uniform(0.18, 0.27) if index == 0 else rng.uniform(0.03, 0.08)
        spread = 0.08 if index == 0 else 0.4
        right, down = 0.5 + rng.uniform(-spread, spread, 2)
        x, y = (view.x - right) / radius, (view.y - down) / radius
        square = x**2 + y**2
        ball = _Ball(
            x, y, np.sqrt(np.clip(1 - square, 0, 1)), smoothstep(1.02, 0.98, np.sqrt(square)),
            float(rng.uniform(-0.45, 0.45)), float(rng.random()),
        )  # fmt: skip
        ring, tint = _ring(ball), hsv(ball.hue + 0.05, 0.25, 0.9)
        behind = ring * (_across(ball) < 0) if ringed and index == 0 else view.blank()
        before = ring * (_across(ball) >= 0) if ringed and index == 0 else view.blank()
        color = blend(color, tint * np.float32(0.7), behind)
        color = blend(blend(color, _surface(view, ball), ball.mask), tint, before)
        near = np.maximum(ball.mask * (0.35 + 0.4 * ball.z) * min(1, radius * 5), before * 0.5)
        disparity = np.maximum(disparity, near).astype(np.float32)
    return color, disparity, "a ringed planet" if ringed else "a planet"


def _across(ball: _Ball) -> Array:
    """Returns the distance across the ring's plane, negative behind the planet."""
    return np.asarray((ball.x * np.sin(ball.tilt) + ball.y * np.cos(ball.tilt)) / 0.3, np.float32)


def _ring(ball: _Ball) -> Array:
    along = ball.x * np.cos(ball.tilt) - ball.y * np.sin(ball.tilt)
    radius = np.hypot(along, _across(ball))
    band = smoothstep(1.3, 1.36, radius) * smoothstep(2.1, 2.0, radius)
    gap = smoothstep(0.05, 0.02, np.abs(radius - 1.72))
    return np.asarray(band * (0.95 - 0.75 * gap), np.float32)


def _surface(view: View, ball: _Ball) -> Array:
    """Returns the lit surface of a gas giant or a rocky planet."""
    rng = view.rng
    turn = rng.uniform(0, 2 * np.pi)
    light = np.clip((ball.x * np.cos(turn) + ball.y * np.sin(turn)) * 0.6 + ball.z * 0.8, 0, 1)
    along = ball.y * np.cos(ball.tilt) + ball.x * np.sin(ball.tilt)
    longitude = np.arctan2(ball.x, ball.z + 1e-3)
    relief = noise.sample(view.noise(noise.GRAINY), longitude * 60, along * 60)
    if view.chance(0.5):
        bands = 0.5 + 0.5 * np.sin(along * 9 + relief * 0.5)
        color = blend(hsv(ball.hue, 0.55, 0.9), hsv(ball.hue + 0.08, 0.65, 0.55), bands)
    else:
        color = blend(
            hsv(ball.hue, 0.5, 0.45), hsv(ball.hue + 0.12, 0.55, 0.85), smoothstep(-0.4, 0.6, relief)
        )
    rim = np.clip(1 - ball.z, 0, 1) ** 3 * 0.6 * light
    lit = color * (light * 1.15 + 0.04)[..., None]
    return np.asarray(lit + rim[..., None] * hsv(ball.hue + 0.5, 0.3, 1), np.float32)


def _galaxy(view: View, color: Array) -> Array:
    """Returns the sky with a galaxy of two arms wound around a bright core."""
    rng = view.rng
    x, y = view.x - rng.uniform(0.35, 0.65), view.y - rng.uniform(0.35, 0.65)
    turn, flat = rng.uniform(0, np.pi), rng.uniform(0.3, 0.9)
    along, across = x * np.cos(turn) + y * np.sin(turn), (y * np.cos(turn) - x * np.sin(turn)) / flat
    radius, clumps = np.hypot(along, across), view.field(noise.GRAINY, 0.6)
    wind = np.log(radius + 0.02) * rng.uniform(3.5, 6) * rng.choice([-1, 1])
    arms = 0.5 + 0.5 * np.cos(np.arctan2(across, along) * 2 - wind + clumps * 0.35)
    light = np.exp(-radius / 0.13) * (arms**1.6 * 1.5 + 0.15) * (1 + 0.35 * clumps)
    hue = float(rng.choice([0.6, 0.75, 0.55, 0.05, 0.9]))
    glow = mix(0.0, hsv(hue, 0.5, 1), np.clip(light, 0, 3)[..., None])
    return np.asarray(
        color * np.float32(0.5) + glow + np.exp(-radius / 0.035)[..., None] * rgb(255, 235, 200)
    )
