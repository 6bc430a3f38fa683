"""Procedural rooms and yards with exact depth, by casting one ray per pixel.

They complement landscapes in the training of the built-in depth network, and give tests held-out images with
known depth. Everything is a function of the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from animator.training.depth.solids import Array, Box, Plane, Solid, Sphere, cast, turn_y

TEXTURE = 256
NEAR = 0.6  # distance at which the disparity reaches 1
GAMMA = 0.6  # compresses disparity so that the far half of an image keeps some of the range


def room(seed: int, size: tuple[int, int], supersample: int = 1) -> tuple[NDArray[np.uint8], Array]:
    """Renders a random room or yard.

    Args:
        seed: Number of the room.
        size: Height and width in pixels.
        supersample: Rays per pixel along each side.

    Returns:
        Image uint8 (H, W, 3) RGB, and disparity float32 (H, W) in [0, 1]: larger is nearer, 0 is the sky;
        (0.6 / distance) ** 0.6 with the distance along the optical axis.
    """
    rng = default_rng(seed)
    rows, columns = size[0] * supersample, size[1] * supersample
    origin, rays, forward = _camera(rng, rows, columns)
    solids = _solids(rng)
    distance, normal, which = cast(origin, rays, solids)
    color = _shade(rng, _Hits(origin + distance[:, None] * rays, normal, which, distance), solids)
    depth = distance * (rays @ forward)
    disparity = np.where(which >= 0, np.clip(NEAR / np.maximum(depth, 1e-3), 0, 1) ** GAMMA, 0)
    image = _pool(color.reshape(rows, columns, 3), supersample)
    pixels = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    return pixels, _pool(disparity.reshape(rows, columns, 1), supersample)[..., 0].astype(np.float32)


def _pool(image: NDArray[np.floating], factor: int) -> NDArray[np.floating]:
    rows, columns, channels = image.shape
    blocks = image.reshape(rows // factor, factor, columns // factor, factor, channels)
    pooled: NDArray[np.floating] = blocks.mean((1, 3))
    return pooled


def _camera(rng: Generator, rows: int, columns: int) -> tuple[Array, Array, Array]:
    """Returns the origin (3,), unit rays (N, 3) and optical axis (3,) of a random camera; y is up."""
    pitch, roll, yaw = rng.normal(-0.12, 0.16), rng.normal(0, 0.06), rng.uniform(-0.5, 0.5)
    tan = np.tan(rng.uniform(0.4, 0.75))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    side = max(rows, columns)
    u, v = (2 * x + 1 - columns) / side * tan, (rows - 1 - 2 * y) / side * tan
    c, s = np.cos(roll), np.sin(roll)
    u, v = c * u - s * v, s * u + c * v
    rays = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3)
    c, s = np.cos(pitch), np.sin(pitch)
    tilt = np.array([[1, 0, 0], [0, c, s], [0, -s, c]], np.float32)
    turn = (turn_y(yaw) @ tilt).astype(np.float32)
    rays = rays @ turn.T
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    return np.array([0, rng.uniform(0.5, 2.2), 0], np.float32), rays, turn[:, 2]


def _solids(rng: Generator) -> list[Solid]:
    """Returns a floor, perhaps walls and a ceiling, and one to eight objects."""
    solids: list[Solid] = [Plane(np.array([0, 1, 0], np.float32), 0.0)]
    if rng.random() < 0.55:
        width, depth, height = rng.uniform(1.5, 5), rng.uniform(4, 14), rng.uniform(2.4, 5)
        solids.append(Plane(np.array([0, 0, -1], np.float32), -depth))
        solids.append(Plane(np.array([1, 0, 0], np.float32), -width))
        solids.append(Plane(np.array([-1, 0, 0], np.float32), -width))
        if rng.random() < 0.8:
            solids.append(Plane(np.array([0, -1, 0], np.float32), -height))
    solids.extend(_object(rng) for _ in range(rng.integers(1, 9)))
    return solids


def _object(rng: Generator) -> Sphere | Box:
    z = 1.4 * 7 ** rng.random()
    x = rng.uniform(-0.7, 0.7) * z
    lift = rng.uniform(0, 1.5) if rng.random() < 0.25 else 0.0
    if rng.random() < 0.45:
        radius = float(rng.uniform(0.15, 0.8))
        return Sphere(np.array([x, radius + lift, z], np.float32), radius)
    half = rng.uniform(0.12, 0.7, 3).astype(np.float32)
    if rng.random() < 0.35:
        half[1] *= 3  # columns, doors, people-sized things
    return Box(np.array([x, half[1] + lift, z], np.float32), half, float(rng.uniform(0, np.pi)))


@dataclass(frozen=True)
class _Hits:
    points: Array
    normal: Array
    which: NDArray[np.int64]
    distance: Array


def _shade(rng: Generator, hits: _Hits, solids: Sequence[Solid]) -> Array:
    """Returns colors (N, 3): textured, lit by one sun with shadows, fading into haze with distance."""
    sun = np.array([rng.normal(0, 0.6), rng.uniform(0.5, 1.2), rng.normal(-0.4, 0.5)], np.float32)
    sun /= np.linalg.norm(sun)
    albedo = _albedo(rng, hits, len(solids))
    lit = np.clip(hits.normal @ sun, 0, 1)
    shadow = np.ones(len(lit), np.float32)
    start = hits.points + hits.normal * np.float32(1e-2)
    for solid in (s for s in solids if not isinstance(s, Plane)):
        shadow = np.where(_in_shadow(solid, start, sun), np.float32(0.25), shadow)
    ambient = rng.uniform(0.25, 0.6)
    color = albedo * (ambient + (1 - ambient) * (lit * shadow)[:, None])
    air = rng.uniform(0.2, 1.0, 3)
    haze = 1 - np.exp(-hits.distance / rng.uniform(12, 80))
    sky = hits.which < 0
    color = color + (air - color) * np.where(sky, 1.0, haze)[:, None]
    return np.asarray(color * rng.uniform(0.7, 1.15), np.float32)


def _in_shadow(solid: Sphere | Box, start: Array, sun: Array) -> NDArray[np.bool_]:
    """Returns a mask (N,) of the points (N, 3) that the bounding sphere of a solid hides from the sun."""
    along = (solid.center - start) @ sun
    miss = np.linalg.norm(solid.center - start - along[:, None] * sun, axis=1)
    return np.asarray((along > 0) & (miss < solid.bounding_radius))


def _albedo(rng: Generator, hits: _Hits, count: int) -> Array:
    """Returns base colors (N, 3): two colors per solid, mixed by noise, checks or stripes."""
    colors = np.concatenate([_palette(rng, count), rng.random((1, 2, 3))]).astype(np.float32)
    noise = _noise(rng)
    flat = np.abs(hits.normal).argmax(1)
    u = np.where(flat == 0, hits.points[:, 2], hits.points[:, 0])
    v = np.where(flat == 1, hits.points[:, 2], hits.points[:, 1])
    scale = 2 ** rng.uniform(3, 6.5, count + 1)[hits.which]
    row, column = (v * scale).astype(np.int64) % TEXTURE, (u * scale).astype(np.int64) % TEXTURE
    grain = noise[row, column]
    cells = rng.uniform(0.7, 4, count + 1)[hits.which]
    checks = (np.floor(u * cells) + np.floor(v * cells)) % 2
    stripes = np.floor(u * cells * 2) % 2
    style = rng.choice(4, count + 1, p=[0.5, 0.2, 0.15, 0.15])[hits.which]
    mix = np.choose(style, [grain, 0.75 * checks + 0.25 * grain, 0.75 * stripes + 0.25 * grain, 0.15 * grain])
    pair = colors[hits.which]
    return np.asarray(pair[:, 0] + (pair[:, 1] - pair[:, 0]) * mix[:, None], np.float32)


def _palette(rng: Generator, count: int) -> NDArray[np.float64]:
    """Returns two related colors for each solid (count, 2, 3)."""
    gray = rng.uniform(0.1, 0.95, (count, 1, 1))
    tint = rng.uniform(0, 1, (count, 1, 3))
    base = gray + (tint - gray) * rng.uniform(0.1, 0.9, (count, 1, 1))
    return np.clip(base + rng.normal(0, 0.18, (count, 2, 3)), 0, 1)


def _noise(rng: Generator) -> Array:
    """Returns tileable 1/f noise (256, 256) in [0, 1]."""
    frequency = np.hypot(np.fft.fftfreq(TEXTURE)[:, None], np.fft.rfftfreq(TEXTURE)[None])
    frequency[0, 0] = 1
    spectrum = frequency ** -rng.uniform(0.8, 1.6) * np.exp(2j * np.pi * rng.random(frequency.shape))
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(TEXTURE, TEXTURE))
    return np.asarray(np.clip(0.5 + field / (4 * field.std()), 0, 1), np.float32)
