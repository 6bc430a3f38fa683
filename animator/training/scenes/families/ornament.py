"""Mandalas and stained glass."""

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import blend, palette, smoothstep
from animator.training.scenes.scene_image import SceneImage, View


def mandala(view: View) -> SceneImage:
    """Renders rings of petals around the center of the image, or a kaleidoscope."""
    return _kaleidoscope(view) if view.chance(0.2) else _rosette(view)


def _rosette(view: View) -> SceneImage:
    """Renders rings of outlined petals with a dot in each, every ring in its own color."""
    rng = view.rng
    colors, name = palette(rng)
    x, y = view.x - 0.5, view.y - 0.5
    radius, turn = np.hypot(x, y) * 2, np.arctan2(y, x) / (2 * np.pi)
    fold, rings = int(rng.choice([6, 8, 12])), int(rng.integers(3, 6))
    sizes = np.linspace(0.94, 0.2, rings) * rng.uniform(0.96, 1.04, rings)
    tones = rng.permutation(np.linspace(0.25, 0.9, rings))
    color = colors(np.full_like(radius, 0.08)) * (1.1 - 0.5 * smoothstep(0.5, 1.4, radius))[..., None]
    height = view.blank()
    for ring, (size, tone) in enumerate(zip(sizes, tones, strict=True)):
        across = ((turn * fold + 0.5 * (ring % 2)) % 1 - 0.5) * 2
        petal = size * (0.62 + 0.38 * np.abs(np.cos(across * np.pi / 2)) ** rng.uniform(0.6, 1.6))
        inside = smoothstep(0.012, -0.012, radius - petal)
        shade = tone + 0.22 * (radius / size - 0.7) - 0.1 * across**2
        color = blend(color, colors(np.clip(shade, 0, 1)), inside)
        line = smoothstep(0.028, 0.012, np.abs(radius - petal)) * (1.0 if ring % 2 else 0.8)
        color = blend(color, colors(np.full_like(radius, 0.04)), line)
        dot_radius = size * rng.uniform(0.76, 0.84)
        dot = np.hypot(radius - dot_radius, across * np.pi / fold * dot_radius)
        color = blend(color, colors(np.full_like(radius, 0.97)), smoothstep(0.05, 0.03, dot))
        height = np.maximum(height, inside * (ring + 1) / rings)
    center = float(sizes[-1]) * 0.4
    color = blend(color, colors(np.full_like(radius, 0.97)), smoothstep(center, center * 0.8, radius))
    disparity = 0.15 + 0.6 * view.blur(height.astype(np.float32), 1 / 64)
    subject = f"{name} {view.pick('mandala', 'mandala', 'ornamental mandala')}"
    return SceneImage(color.astype(np.float32), disparity.astype(np.float32), subject)


def _kaleidoscope(view: View) -> SceneImage:
    """Renders waves that are mirrored around the center."""
    rng = view.rng
    colors, name = palette(rng)
    x, y = view.x - 0.5, view.y - 0.5
    radius = np.hypot(x, y) * 2
    fold = int(rng.choice([6, 8, 10, 12, 16]))
    angle = np.abs((np.arctan2(y, x) / (2 * np.pi) * fold) % 1 - 0.5) * 2
    waves = view.blank()
    for _ in range(5):
        rings, petals = rng.uniform(6, 16), rng.uniform(1, 5) * rng.choice([-1, 1])
        waves += np.sin(radius * rings + angle * petals + rng.uniform(0, 6)) * rng.uniform(0.4, 1)
    value = np.sin(waves * 1.1 + radius * 4) * 0.5 + 0.5
    color = colors(value) * (1.1 - 0.6 * smoothstep(0.5, 1.4, radius))[..., None]
    disparity = np.clip(1 - radius * 0.7, 0, 1) * 0.6 + 0.15 * value
    subject = f"{name} kaleidoscope"
    return SceneImage(color, disparity.astype(np.float32), subject)


def glass(view: View) -> SceneImage:
    """Renders cells of colored glass between dark leads."""
    rng = view.rng
    colors, name = palette(rng)
    count = int(rng.integers(20, 70))
    seeds = rng.random((count, 2)).astype(np.float32)
    first, second, cell = _nearest_two(view, seeds)
    tone = rng.random(count)
    if view.chance(0.4):
        tone = np.clip(np.hypot(seeds[:, 0] - 0.5, seeds[:, 1] - 0.5) * 1.6, 0, 1)
    shine = 0.85 + 0.12 * view.field(noise.GRAINY, 0.7)
    shine = shine + 0.25 * np.exp(-((view.x - 0.5) ** 2 + (view.y - 0.4) ** 2) / 0.15)
    open_glass = smoothstep(0.006, 0.016, second - first)
    color = colors(tone.astype(np.float32))[cell] * (shine * open_glass)[..., None] + 0.03
    disparity = 0.3 + 0.15 * (1 - open_glass) + 0.2 * rng.random(count)[cell]
    subject = f"{name} {view.pick('stained glass', 'stained glass window', 'mosaic')}"
    return SceneImage(color.astype(np.float32), disparity.astype(np.float32), subject)


def _nearest_two(view: View, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns distances (side, side) to the nearest and second nearest seed, and the nearest one's index."""
    first, second = view.blank() + 9, view.blank() + 9
    cell = np.zeros((view.side, view.side), np.int32)
    for index, (x, y) in enumerate(seeds):
        distance = np.hypot(view.x - x, view.y - y)
        closer = distance < first
        second = np.where(closer, first, np.minimum(second, distance))
        cell[closer] = index
        first = np.minimum(first, distance)
    return first, second, cell
