"""A small ray caster for scenes of known geometry and texture.

Planes, squares and spheres with smooth procedural textures. Axes as in `animator.images.camera`: x right, y
down, z away; a camera stands at the origin and the scene moves, point @ rotation + translation.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animator.images.camera import Camera, Move3D, Rigid, rigid

Array = NDArray[np.float64]
FAR = 1e9


@dataclass(frozen=True)
class Surface:
    """One object.

    Attributes:
        hit: Returns the distance at which a ray (origin, direction) hits it, FAR where it misses.
        color: Returns the colors of points on it.
    """

    hit: Callable[[Array, Array], Array]
    color: Callable[[Array], Array]


@dataclass(frozen=True)
class Shot:
    """View of a camera: image (H, W, 3) in [0, 1], z (H, W), and the points (H, W, 3) in the scene."""

    image: Array
    z: Array
    points: Array


def texture(seed: int, scale: float) -> Callable[[Array], Array]:
    """Returns a smooth 3D color pattern: 24 waves of random direction, of wavelengths from `scale` up."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(size=(24, 3))
    waves *= (2 * np.pi / (scale * rng.uniform(1, 12, 24)) / np.linalg.norm(waves, axis=1))[:, None]
    phases, colors = rng.uniform(0, 2 * np.pi, 24), rng.normal(size=(24, 3)) * 0.09
    base = rng.uniform(0.3, 0.7, 3)

    def color(points: Array) -> Array:
        return np.clip(base + np.sin(points @ waves.T + phases) @ colors, 0, 1)

    return color


def sphere(center: tuple[float, float, float], radius: float, color: Callable[[Array], Array]) -> Surface:
    """Returns a sphere."""
    middle = np.array(center)

    def hit(origin: Array, direction: Array) -> Array:
        to = origin - middle
        a, b = (direction**2).sum(-1), (direction * to).sum(-1)
        c = (to**2).sum(-1) - radius**2
        under = b * b - a * c
        t = (-b - np.sqrt(np.maximum(under, 0))) / a
        return np.where((under > 0) & (t > 1e-6), t, FAR)

    return Surface(hit, color)


def plane(
    point: tuple[float, float, float],
    normal: tuple[float, float, float],
    color: Callable[[Array], Array],
    half: float = FAR,
) -> Surface:
    """Returns a plane, or the square of it within `half` of its point along each axis."""
    on, up = np.array(point), np.array(normal)

    def hit(origin: Array, direction: Array) -> Array:
        along = direction @ up
        t = ((on - origin) @ up) / np.where(np.abs(along) < 1e-12, 1e-12, along)
        inside = (np.abs(origin + direction * t[..., None] - on) <= half).all(-1)
        return np.where((t > 1e-6) & inside, t, FAR)

    return Surface(hit, color)


def rays(height: int, width: int, camera: Camera, shift: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Returns ray directions (H, W, 3) with z = 1, through a point (x, y) within each pixel."""
    focal = camera.focal * height / 2
    x = (np.arange(width) + shift[0] - (width - 1) / 2) / (focal / camera.aspect_ratio)
    y = (np.arange(height) + shift[1] - (height - 1) / 2) / focal
    across, down = np.meshgrid(x, y)
    return np.stack((across, down, np.ones_like(across)), -1)


def shoot(
    scene: list[Surface], motion: Rigid, camera: Camera, size: tuple[int, int], samples: int = 3
) -> Shot:
    """Renders the scene after a motion with samples x samples rays per pixel; z is at pixel centers."""
    total = np.zeros((*size, 3))
    for dy in (np.arange(samples) + 0.5) / samples - 0.5:
        for dx in (np.arange(samples) + 0.5) / samples - 0.5:
            total += _cast(scene, motion, rays(*size, camera, (dx, dy)))[0]
    _, distance, points = _cast(scene, motion, rays(*size, camera))
    return Shot(total / samples**2, distance, points)


def seen_from_start(scene: list[Surface], shot: Shot, camera: Camera) -> NDArray[np.bool_]:
    """Returns a mask (H, W) of the pixels whose points the unmoved camera sees too, away from its edge."""
    height, width = shot.z.shape
    points = shot.points
    depth = np.maximum(points[..., 2], 1e-6)
    focal = camera.focal * height / 2
    x = points[..., 0] / depth * focal / camera.aspect_ratio + (width - 1) / 2
    y = points[..., 1] / depth * focal + (height - 1) / 2
    inside = (x > 2) & (x < width - 3) & (y > 2) & (y < height - 3) & (points[..., 2] > 0)
    nearest = np.min([s.hit(np.zeros(3), points / depth[..., None]) for s in scene], axis=0)
    return np.asarray(inside & (nearest > depth * (1 - 1e-4)))


def scenes() -> dict[str, list[Surface]]:
    """Returns three scenes: balls in front of a wall, cards in a row, a landscape of ground and hills."""
    wall = plane((0, 0, 6), (0, 0, 1), texture(1, 0.25))
    floor = plane((0, 1.2, 0), (0, 1, 0.05), texture(2, 0.2))
    balls = [
        sphere((-0.9, 0.3, 3.2), 0.6, texture(3, 0.1)),
        sphere((0.7, -0.2, 2.4), 0.45, texture(4, 0.08)),
        sphere((0.3, 0.7, 4.2), 0.7, texture(5, 0.15)),
    ]
    cards = [
        plane((0, 0, 9), (0.1, 0, 1), texture(6, 0.3)),
        plane((-0.9, 0, 2.2), (0.2, 0, 1), texture(7, 0.08), 0.5),
        plane((0.2, 0.2, 3.4), (-0.1, 0.1, 1), texture(8, 0.1), 0.7),
        plane((1.6, -0.3, 4.5), (0, 0.1, 1), texture(9, 0.15), 0.9),
    ]
    hills = [
        plane((0, 0.8, 0), (0, 1, 0), texture(10, 0.12)),
        plane((0, 0, 14), (0, 0, 1), texture(11, 0.8)),
        sphere((-3, 2.6, 8), 3.0, texture(12, 0.25)),
        sphere((3, 3.4, 7), 3.2, texture(13, 0.25)),
    ]
    return {"balls": [wall, floor, *balls], "cards": cards, "hills": hills}


def moves() -> dict[str, Move3D]:
    """Returns three camera moves, each as large as over a few frames of a film."""
    return {
        "forward": Move3D((0.0, 0.0, 50.0), (0.0, 0.0, 0.0)),
        "aside": Move3D((30.0, 6.0, 0.0), (0.0, 0.0, 0.0)),
        "turn": Move3D((20.0, 0.0, 20.0), (0.5, -4.0, 2.0)),
    }


def start() -> Rigid:
    """Returns the identity motion."""
    return rigid(Move3D())


def _cast(scene: list[Surface], motion: Rigid, directions: Array) -> tuple[Array, Array, Array]:
    """Returns colors, z in the moved camera and points in the unmoved scene of rays of the moved camera."""
    back = motion.inverse()
    origin, rotated = np.array(back.translation), directions @ np.array(back.rotation)
    hits = np.stack([surface.hit(origin, rotated) for surface in scene])
    first, t = hits.argmin(0), hits.min(0)
    points = origin + rotated * t[..., None]
    colors = np.zeros_like(points)
    for number, surface in enumerate(scene):
        mask = (first == number) & (t < FAR)
        colors[mask] = surface.color(points[mask])
    return colors, t, points
