"""Objects on land as shapes: trees, cactuses, pyramids, houses and castles.

Each function takes a `Site` and returns the shapes of one object from back to front.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from animator.training.scenes.colors import mix, rgb
from animator.training.scenes.figures import Shape, box, ellipse, polygon, stroke
from animator.training.scenes.noise import Array


@dataclass(frozen=True)
class Site:
    """Position of an object on the land, and the light on it.

    Attributes:
        foot: Foot of the object in pixels.
        size: Height of the object in pixels.
        color: Color (3,) of the object, lit and faded by the haze.
        disparity: Disparity of the site.
        lit: Lights and fades any other color in the same way.
        sun_right: True if the sun stands to its right.
        dark: True at night, when windows are lit.
    """

    foot: tuple[float, float]
    size: float
    color: Array
    disparity: float
    lit: Callable[[Array], Array]
    sun_right: bool
    dark: bool

    def shape(self, corners: list[tuple[float, float]], color: Array) -> Shape:
        """Returns a polygon of corners in units of the object's size, from its foot."""
        return Shape(polygon(corners, self.foot, self.size), color, self.disparity)


Plant = Callable[[Generator, Site], list[Shape]]


def pine(rng: Generator, site: Site) -> list[Shape]:
    """Returns a pine of three tiers, the right half in shade."""
    shapes = []
    for tier in range(3):
        low, wide = 0.1 + 0.27 * tier, 0.24 - 0.055 * tier
        tip = (0.0, low + 0.42)
        shapes.append(site.shape([(-wide, low), (wide, low), tip], site.color))
        shapes.append(site.shape([(0, low), (wide, low), tip], site.color * np.float32(0.6)))
    return shapes


def round_tree(rng: Generator, site: Site) -> list[Shape]:
    """Returns a tree with a trunk and six balls of leaves, brighter at the top."""
    (x, y), size = site.foot, site.size
    trunk = stroke((x, y), (x, y - size * 0.5), size * 0.08)
    shapes = [Shape(trunk, site.color * np.float32(0.5), site.disparity)]
    for _ in range(6):
        right, down = rng.normal(0, 0.17), rng.normal(0, 0.12)
        radius = size * rng.uniform(0.14, 0.24)
        color = site.color * np.float32(1.1 - 0.9 * (down + 0.15))
        ball = ellipse((x + right * size, y + (down - 0.65) * size), (radius, radius), 14)
        shapes.append(Shape(ball, color, site.disparity))
    return shapes


def palm(rng: Generator, site: Site) -> list[Shape]:
    """Returns a palm with a leaning trunk and drooping leaves."""
    lean = rng.uniform(-0.25, 0.25)
    (x, y), size = site.foot, site.size
    top = (x + lean * size, y - 0.8 * size)
    trunk = stroke((x, y), top, size * 0.06)
    shapes = [Shape(trunk, site.lit(rgb(110, 82, 54)), site.disparity)]
    for turn in np.linspace(-0.2, np.pi + 0.2, 7):
        reach, drop = np.cos(turn) * 0.42 * size, (0.22 * np.abs(np.cos(turn)) - 0.2 * np.sin(turn)) * size
        middle = (top[0] + reach * 0.5, top[1] + drop * 0.5 - 0.12 * size)
        tip = (top[0] + reach, top[1] + drop)
        leaf = np.array([top, middle, tip, (middle[0], middle[1] + 0.07 * size)])
        shapes.append(Shape(leaf, site.color, site.disparity))
    return shapes


def cactus(rng: Generator, site: Site) -> list[Shape]:
    """Returns a cactus with two arms."""
    (x, y), size = site.foot, site.size
    parts = (
        ((0, 0), (0, 0.9)),
        ((0, 0.4), (0.25, 0.4)),
        ((0.25, 0.36), (0.25, 0.7)),
        ((0, 0.3), (-0.22, 0.3)),
        ((-0.22, 0.26), (-0.22, 0.55)),
    )
    return [
        Shape(
            stroke((x + a * size, y - b * size), (x + c * size, y - d * size), size * 0.13),
            site.color,
            site.disparity,
        )
        for (a, b), (c, d) in parts
    ]


def pyramid(rng: Generator, site: Site) -> list[Shape]:
    """Returns a pyramid with two faces, one in the sun."""
    edge = rng.uniform(-0.2, 0.2)
    bright, shade = site.lit(rgb(222, 180, 110)), site.lit(rgb(120, 86, 54))
    left, right = (shade, bright) if site.sun_right else (bright, shade)
    return [
        site.shape([(-0.75, 0), (edge, -0.06), (0, 1)], left),
        site.shape([(edge, -0.06), (0.75, 0), (0, 1)], right),
    ]


def house(rng: Generator, site: Site) -> list[Shape]:
    """Returns a house with a door, two windows, a gabled roof and a chimney."""
    walls = (rgb(240, 226, 200), rgb(214, 150, 110), rgb(196, 206, 214))
    roofs = (rgb(168, 62, 44), rgb(90, 60, 50), rgb(70, 78, 96))
    wall, roof = walls[rng.integers(3)], roofs[rng.integers(3)]
    glass = rgb(255, 214, 120) if site.dark else site.lit(rgb(70, 90, 120))
    return [
        site.shape(box(0.22, 0.7, 0.34, 1.05), site.lit(roof * np.float32(0.8))),
        site.shape(box(-0.6, 0, 0.6, 0.55), site.lit(wall)),
        site.shape([(-0.7, 0.52), (0.7, 0.52), (0.42, 0.98), (-0.42, 0.98)], site.lit(roof)),
        site.shape(box(-0.1, 0, 0.12, 0.36), site.lit(rgb(92, 60, 40))),
        site.shape(box(-0.46, 0.2, -0.24, 0.4), glass),
        site.shape(box(0.26, 0.2, 0.48, 0.4), glass),
    ]


def castle(rng: Generator, site: Site) -> list[Shape]:
    """Returns a castle: three towers with pointed roofs, and a battlemented wall with a gate."""
    stone = mix(rgb(168, 160, 150), rgb(196, 180, 160), float(rng.random()))
    roof = (rgb(70, 84, 130), rgb(150, 60, 50), rgb(60, 66, 80))[rng.integers(3)]
    glow = rgb(255, 206, 110) if site.dark else site.lit(rgb(50, 46, 50))
    shapes = []
    for x, height, width in ((0.0, 0.8, 0.13), (-0.45, 0.62, 0.11), (0.45, 0.58, 0.11)):
        shapes.append(site.shape(box(x - width, 0, x + width, height), site.lit(stone)))
        shaded = (x, x + width) if not site.sun_right else (x - width, x)
        shapes.append(site.shape(box(shaded[0], 0, shaded[1], height), site.lit(stone * np.float32(0.72))))
        tip = [(x - width * 1.25, height), (x + width * 1.25, height), (x, height + 0.32)]
        shapes.append(site.shape(tip, site.lit(roof)))
        shapes.append(site.shape(box(x - 0.025, height - 0.2, x + 0.025, height - 0.1), glow))
    shapes.append(site.shape(box(-0.58, 0, 0.58, 0.32), site.lit(stone * np.float32(0.9))))
    shapes += [
        site.shape(box(x, 0.32, x + 0.07, 0.37), site.lit(stone * np.float32(0.9)))
        for x in np.arange(-0.58, 0.55, 0.13).tolist()
    ]
    shapes.append(site.shape([(-0.08, 0), (0.08, 0), (0.08, 0.14), (0, 0.22), (-0.08, 0.14)], glow))
    return shapes
