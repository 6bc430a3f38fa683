"""Makes presets/clips/fjord.mp4, a flight between rocks: `python -m docs.build.footage [VIDEO]`.

A heightfield is ray cast: a camera flies forward, rises, sinks and banks around tall rocks, so that near
things pass faster than far ones. The clip is footage that no diffusion model made, for `clip.yaml` and
`hybrid.yaml`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from animator import Encoding, VideoSpec, VideoWriter

Array = NDArray[np.float32]
SIDE, FRAMES, FPS, SAMPLES = 256, 60, 12, 2
MAP = 1024
"""Cells of the heightfield along each axis; a cell is 0.1 units wide, and the field repeats."""
CELL = 0.1
STEPS, FAR = 170, 46.0
WATER = 0.25
SUN = np.array([-0.62, 0.42, 0.66], np.float32)
"""Direction of the light on the land."""
HAZE, ZENITH = np.array([0.93, 0.80, 0.66], np.float32), np.array([0.36, 0.55, 0.83], np.float32)
ROCKS = (
    (-2.2, 7, 2.6, 0.8),
    (2.5, 11, 3.4, 0.9),
    (-2.6, 15, 2.2, 0.9),
    (2.7, 18, 2.8, 0.8),
    (-2.2, 23, 3.2, 0.9),
    (1.6, 27, 2.4, 0.8),
)
"""Rocks beside the path: x, z, height, radius."""


@dataclass(frozen=True)
class Land:
    """Heights, colors and ripples of water (MAP, MAP) by cell; columns are x and rows are z."""

    heights: Array
    colors: Array
    ripples: Array


def path(t: float) -> tuple[Array, float, float]:
    """Returns the camera's position (x, y, z), yaw and roll in radians at a time in [0, 1]."""
    sway = np.sin(2 * np.pi * 1.25 * t)
    turn = np.cos(2 * np.pi * 1.25 * t)
    position = np.array([1.1 * sway, 1.5 + 0.5 * np.sin(2 * np.pi * t) ** 2, 21 * t], np.float32)
    return position, 0.28 * float(turn), -0.2 * float(sway)


def fractal(rng: np.random.Generator, octaves: int, first: int) -> Array:
    """Returns noise (MAP, MAP) of about [-1, 1], with half the amplitude at twice the frequency."""
    total = np.zeros((MAP, MAP), np.float32)
    for octave in range(octaves):
        grid = rng.uniform(-1, 1, (first << octave, first << octave)).astype(np.float32)
        padded = cv2.copyMakeBorder(grid, 4, 4, 4, 4, cv2.BORDER_WRAP)
        scale = MAP // (first << octave)
        large = cv2.resize(padded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += large[4 * scale : 4 * scale + MAP, 4 * scale : 4 * scale + MAP] * np.float32(0.5**octave)
    return total


def land(seed: int = 4) -> Land:
    """Returns a valley with water in it, mountains on both sides, and rocks beside the camera's path."""
    rng = np.random.default_rng(seed)
    z, x = np.meshgrid(np.arange(MAP) * CELL, (np.arange(MAP) - MAP / 2) * CELL, indexing="ij")
    rough, fine = fractal(rng, 6, 16), fractal(rng, 4, 128)
    aside = np.abs(x + 1.2 * np.sin(z / 5))
    heights = 0.12 + 0.25 * rough + 5.5 * np.clip((aside - 2.5) / 16, 0, 1) ** 1.3 * (1 + 0.8 * rough)
    for at_x, at_z, height, radius in ROCKS:
        distance = np.hypot(x - at_x, z - at_z) * (1 + 0.25 * rough)
        heights += height * np.exp(-((distance / radius) ** 4)) * (1 + 0.15 * fine)
    heights = heights.astype(np.float32)
    return Land(heights, _painted(heights, rough, fine), fine)


def _painted(heights: Array, rough: Array, fine: Array) -> Array:
    slope_z, slope_x = np.gradient(heights, CELL)
    normal = np.stack((-slope_x, np.ones_like(heights), -slope_z), -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.clip(normal @ (SUN / np.linalg.norm(SUN)), 0, 1)[..., None]
    grass, rock, snow = np.array([[0.33, 0.45, 0.16], [0.52, 0.36, 0.26], [0.95, 0.95, 0.97]], np.float32)
    steep = np.clip((1 - normal[..., 1:2]) * 3.2 + 0.2 * fine[..., None], 0, 1)
    color = grass * (1 + 0.25 * fine[..., None]) * (1 - steep) + rock * (1 + 0.35 * fine[..., None]) * steep
    color *= 1 + 0.3 * steep * np.sin(9 * heights + 2 * rough)[..., None]  # layers in the rock
    white = np.clip((heights + 0.6 * rough - 5.2)[..., None] * 1.5, 0, 1)
    color = color * (1 - white) + snow * white
    return np.asarray(np.clip(color * (0.35 + 0.95 * light), 0, 1), np.float32)


def _sampled(field: Array, x: Array, z: Array) -> Array:
    columns, rows = np.mod(x / CELL + MAP / 2, MAP), np.mod(z / CELL, MAP)
    return np.asarray(
        cv2.remap(field, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32
    )


def _rays(yaw: float, roll: float, shift: tuple[float, float]) -> Array:
    y, x = np.meshgrid(*(np.arange(SIDE, dtype=np.float32),) * 2, indexing="ij")
    right, up = ((x + shift[0]) / SIDE - 0.5) * 1.5, (0.46 - (y + shift[1]) / SIDE) * 1.5
    right, up = right * np.cos(roll) - up * np.sin(roll), right * np.sin(roll) + up * np.cos(roll)
    along = (right * np.cos(yaw) + np.sin(yaw), up, np.cos(yaw) - right * np.sin(yaw))
    return np.asarray(np.stack(along, -1) / np.sqrt(1 + right**2 + up**2)[..., None], np.float32)


def cast(scene: Land, origin: Array, ray: Array) -> Array:
    """Returns the colors (H, W, 3) that rays (H, W, 3) from a point meet."""
    reached = np.full(ray.shape[:2], FAR, np.float32)
    open_rays, before, gap_before = np.ones_like(reached, bool), np.float32(0), np.ones_like(reached)
    for distance in np.geomspace(0.25, FAR, STEPS).astype(np.float32):
        x, y, z = (origin[axis] + ray[..., axis] * distance for axis in range(3))
        gap = y - np.maximum(_sampled(scene.heights, x, z), WATER)
        hit = open_rays & (gap < 0)
        share = gap_before[hit] / (gap_before[hit] - gap[hit])
        reached[hit] = before + (distance - before) * share
        open_rays &= ~hit
        before, gap_before = distance, gap
    sky = _sky(ray)
    x, z = (origin[axis] + ray[..., axis] * reached for axis in (0, 2))
    color = _sampled(scene.colors, x, z)
    wet = (_sampled(scene.heights, x, z) < WATER + 0.01)[..., None]
    mirrored = _sky(ray * np.array([1, -1, 1], np.float32)) * 0.75
    ripples = _sampled(scene.ripples, 0.7 * x, 2 * z) * 0.05 * np.exp(-reached / 7)
    color = np.where(wet, mirrored + ripples[..., None], color)
    haze = np.exp(-((reached / 24) ** 1.6))[..., None]
    return np.asarray(np.where(open_rays[..., None], sky, color * haze + HAZE * (1 - haze)), np.float32)


def _sky(ray: Array) -> Array:
    share = np.clip(ray[..., 1:2] * 1.7, 0, 1) ** 0.7
    near_sun = np.clip(ray @ np.array([-0.45, 0.16, 0.88], np.float32), 0, 1)[..., None]
    return np.asarray(HAZE * (1 - share) + ZENITH * share + 0.5 * near_sun**60, np.float32)


def frame(scene: Land, t: float) -> NDArray[np.uint8]:
    """Returns the image (SIDE, SIDE, 3) at a time in [0, 1], with SAMPLES x SAMPLES rays per pixel."""
    origin, yaw, roll = path(t)
    offsets = [(index + 0.5) / SAMPLES - 0.5 for index in range(SAMPLES)]
    views = [cast(scene, origin, _rays(yaw, roll, (dx, dy))) for dx in offsets for dy in offsets]
    return np.asarray(np.clip(np.mean(views, axis=0), 0, 1) * 255 + 0.5).astype(np.uint8)


def main(video: Path) -> None:
    """Renders the clip and encodes it."""
    scene = land()
    with VideoWriter(VideoSpec(video, (SIDE, SIDE), FPS, Encoding(crf=20, preset="veryslow"))) as writer:
        for index in range(FRAMES):
            writer.write(frame(scene, index / (FRAMES - 1)))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "presets/clips/fjord.mp4"))
