"""A neon grid under a striped sun."""

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import blend, hsv, rgb, smoothstep
from animator.training.scenes.night import stars
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import SceneImage, View


def neon(view: View) -> SceneImage:
    """Renders a glowing grid to the horizon, a retro sun, and often a ridge of mountains."""
    rng = view.rng
    horizon = float(rng.uniform(0.45, 0.6))
    warm, cool = float(rng.choice([0.86, 0.8, 0.55, 0.95])), float(rng.choice([0.5, 0.55, 0.75]))
    color, disparity, extras = _sky(view, horizon, warm), view.blank(), ["retro sun"]
    if view.chance(0.6):
        color, mask = _ridge(view, horizon, color, cool)
        disparity = np.where(mask > 0.5, 0.12, disparity).astype(np.float32)
        extras.append("mountains")
    below = view.y > horizon
    near = np.clip((view.y - horizon) / (1 - horizon), 1e-3, 1)
    color = np.where(below[..., None], _grid(view, near, warm, cool), color).astype(np.float32)
    disparity = np.where(below, 0.1 + 0.9 * near, disparity).astype(np.float32)
    color = color + view.blur(np.clip(color - 0.5, 0, 1), 0.015) * np.float32(0.8)
    subject = view.pick("neon grid", "synthwave landscape", "retrowave neon grid", "vaporwave neon grid")
    return SceneImage(color, disparity, subject, tuple(extras))


def _sky(view: View, horizon: float, warm: float) -> Array:
    rng = view.rng
    rise = np.clip(view.y / horizon, 0, 1)
    color = blend(hsv(0.7, 0.9, 0.1), hsv(warm, 0.75, 0.65), rise**2.2)
    color = color + 0.6 * stars(view, 200, 2)[..., None] * (rise < 1)[..., None]
    x, y, radius = 0.5 + rng.normal(0, 0.04), horizon - rng.uniform(0.05, 0.16), rng.uniform(0.15, 0.24)
    distance, down = np.hypot(view.x - x, view.y - y), (view.y - y) / radius
    striped = (down < 0) | ((down * 7 + 0.2) % 1 > down * 0.75)
    color = color + np.exp(-distance / 0.12)[..., None] * hsv(warm, 0.8, 1) * 0.35
    sun = blend(rgb(255, 225, 90), hsv(warm, 0.8, 1), np.clip((down + 1) / 2, 0, 1))
    return blend(color, sun, smoothstep(radius + 0.003, radius - 0.003, distance) * striped)


def _ridge(view: View, horizon: float, color: Array, cool: float) -> tuple[Array, Array]:
    outline = view.noise(noise.GRAINY)[0]
    column = view.x[0]
    height = np.interp(column * noise.SIDE * 0.35, np.arange(noise.SIDE), outline) * 0.06 + 0.07
    top = horizon - np.clip(height, 0.01, 1) * (0.35 + 1.4 * np.abs(column - 0.5))
    below = view.y - top[None]
    edge = np.exp(-np.abs(below) / 0.012)[..., None]
    mask = smoothstep(-0.003, 0.003, below)
    return blend(color, np.asarray(hsv(0.72, 0.8, 0.12) + hsv(cool, 0.8, 0.5) * edge, np.float32), mask), mask


def _grid(view: View, near: Array, warm: float, cool: float) -> Array:
    distance = 1 / (near + 0.02)
    across = (view.x - 0.5) * distance
    width, phase = 0.02, view.rng.random()
    columns = np.exp(-((np.abs((across * 3 + 0.5) % 1 - 0.5) / (width * (1 + 0.35 * distance))) ** 2))
    thick = width * (1 + 0.1 * distance**2)
    rows = np.exp(-((np.abs((distance * 1.8 + phase) % 1 - 0.5) / thick) ** 2))
    lines = np.maximum(columns, rows) * np.clip(1.3 - 0.05 * distance, 0.1, 1)
    color = hsv(0.72, 0.9, 0.08) + lines[..., None] * hsv(cool, 0.75, 1)
    return np.asarray(color + np.exp(-near / 0.1)[..., None] * hsv(warm, 0.8, 0.6), np.float32)
