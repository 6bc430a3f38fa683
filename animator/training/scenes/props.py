"""Objects that do not stand on land: boats, balloons, birds, lighthouses and bridges."""

import numpy as np

from animator.training.scenes.colors import hsv, mix, rgb
from animator.training.scenes.figures import Shape, box, ellipse, polygon, stroke
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View


def _lit(air: Atmosphere, color: Array) -> Array:
    return np.asarray(color * (air.ambient + 0.6 * air.light) * (0.5 if air.dark else 1.0), np.float32)


def sailboat(view: View, air: Atmosphere) -> list[Shape]:
    """Returns a boat with two sails on the water below the horizon, and its reflection."""
    rng, side = view.rng, view.side
    size = rng.uniform(0.09, 0.2) * side
    down = rng.uniform(0.03, 0.18)
    foot = (rng.uniform(0.15, 0.85) * side, (air.horizon + down) * side)
    near = float(np.clip(0.25 + down * 1.2, 0, 1))
    sail = _lit(air, rgb(250, 245, 235) if view.chance(0.6) else hsv(rng.random(), 0.7, 0.9))
    glint = mix(sail * np.float32(0.5), air.low, 0.4)

    def part(corners: list[tuple[float, float]], color: Array, disparity: float | None = near) -> Shape:
        return Shape(polygon(corners, foot, size), color, disparity)

    return [
        part([(-0.3, -0.1), (0.32, -0.1), (0.08, -0.6), (-0.05, -0.56)], glint, None),
        part([(0.03, 0.12), (0.03, 1), (0.5, 0.15)], sail),
        part([(-0.03, 0.12), (-0.03, 0.85), (-0.36, 0.15)], sail * np.float32(0.7)),
        part([(-0.5, 0.1), (0.55, 0.1), (0.38, -0.08), (-0.36, -0.08)], rgb(40, 26, 20)),
    ]


def balloons(view: View, air: Atmosphere) -> list[Shape]:
    """Returns two to five striped hot air balloons, the far ones first."""
    rng, side = view.rng, view.side
    shapes: list[Shape] = []
    for size in np.sort(rng.uniform(0.02, 0.09, int(rng.integers(2, 6)))):
        x, y = rng.uniform(0.1, 0.9) * side, rng.uniform(0.12, 0.75) * air.horizon * side
        radius, hue = size * side, rng.random()
        near = float(np.clip(size * 6, 0.1, 0.7))
        basket = polygon(box(-0.2, -1.65, 0.2, -1.4), (x, y), radius)
        shapes.append(Shape(basket, rgb(90, 60, 35), near))
        for stripe, width in enumerate((1, 0.72, 0.42, 0.14)):
            value = 0.55 - 0.08 * stripe if air.dark else 0.95 - 0.1 * stripe
            color = hsv(hue + (0.12 if stripe % 2 else 0), 0.75, value)
            shapes.append(Shape(ellipse((x, y), (radius * width, radius * 1.15)), color, near))
    return shapes


def birds(view: View, air: Atmosphere) -> list[Shape]:
    """Returns a flock of distant birds of two strokes each."""
    rng, side = view.rng, view.side
    x, y, spread = rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.6) * air.horizon, rng.uniform(0.05, 0.16)
    color = air.low * np.float32(0.15)
    shapes = []
    for _ in range(int(rng.integers(5, 14))):
        center = ((x + rng.normal(0, spread)) * side, (y + rng.normal(0, spread * 0.4)) * side)
        wing = rng.uniform(0.012, 0.03) * side
        lift = rng.uniform(0.25, 0.7)
        for sign in (-1, 1):
            tip = (center[0] + sign * wing, center[1] - wing * lift)
            shapes.append(Shape(stroke(center, tip, wing * 0.22), color, None))
    return shapes


def lighthouse(view: View, air: Atmosphere) -> list[Shape]:
    """Returns a striped lighthouse on a rock in the water; its lamp is lit when the sun is low or gone."""
    rng, side = view.rng, view.side
    size = rng.uniform(0.42, 0.62) * side
    foot = (rng.uniform(0.25, 0.75) * side, (air.horizon + rng.uniform(0.05, 0.16)) * side)
    near = 0.35
    stripe = _lit(air, rgb(200, 48, 40) if view.chance(0.7) else rgb(40, 70, 140))
    white, rock = _lit(air, rgb(245, 240, 230)), _lit(air, rgb(96, 88, 80))
    shapes = [
        Shape(polygon([(-0.55, -0.06), (-0.3, 0.1), (0.28, 0.12), (0.5, -0.06)], foot, size), rock, near)
    ]
    for level in range(5):
        low, high = 0.08 + 0.15 * level, 0.23 + 0.15 * level
        a, b = 0.13 - 0.013 * level, 0.117 - 0.013 * level
        color = white if level % 2 else stripe
        shapes.append(Shape(polygon([(-a, low), (a, low), (b, high), (-b, high)], foot, size), color, near))
    lamp = rgb(255, 240, 170) if air.dark or air.sun_is_low else _lit(air, rgb(120, 150, 170))
    shapes.append(Shape(polygon(box(-0.09, 0.83, 0.09, 0.85), foot, size), rock, near))
    shapes.append(Shape(polygon(box(-0.05, 0.85, 0.05, 0.94), foot, size), lamp, near))
    shapes.append(Shape(polygon([(-0.07, 0.94), (0.07, 0.94), (0.0, 1.02)], foot, size), stripe, near))
    return shapes


def bridge(view: View, air: Atmosphere) -> list[Shape]:
    """Returns a suspension bridge across the whole image in front of the far shore."""
    rng, side = view.rng, view.side
    deck = (air.horizon + rng.uniform(0.0, 0.05)) * side
    rise = rng.uniform(0.2, 0.32) * side
    steel = _lit(air, rgb(196, 70, 50) if view.chance(0.6) else rgb(110, 120, 135))
    near, width = 0.4, 0.012 * side
    towers = (rng.uniform(0.12, 0.28) * side, rng.uniform(0.72, 0.88) * side)
    shapes = [Shape(stroke((0, deck), (side, deck), width * 1.5), steel, near)]
    shapes += [
        Shape(stroke((x, deck + 0.07 * side), (x, deck - rise), width * 1.6), steel, near) for x in towers
    ]
    spans = ((towers[0] - (towers[1] - towers[0]), towers[0]), towers, (towers[1], 2 * towers[1] - towers[0]))
    for start, end in spans:
        hangers = np.linspace(start, end, 17)
        cable = deck - rise * (0.12 + 0.88 * (2 * (hangers - start) / (end - start) - 1) ** 2)
        for i in range(16):
            a, b = (hangers[i], cable[i]), (hangers[i + 1], cable[i + 1])
            shapes.append(Shape(stroke(a, b, width * 0.6), steel, None))
            shapes.append(Shape(stroke(a, (hangers[i], deck), width * 0.3), steel, None))
    return shapes
