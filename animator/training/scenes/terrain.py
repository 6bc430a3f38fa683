"""Terrain: a height field rendered in perspective, with its exact depth.

Rays march outward in geometric steps, for all columns of the image at once (the voxel-space method). A pixel
shows the first ground whose projection rises to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from animator.training.scenes import noise
from animator.training.scenes.colors import blend, mix
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View

NEAR = 0.05  # distance at which the disparity reaches 1, in sides of the height field
FOCAL = 0.8  # focal length in heights of the image
WIDTH = 1.15  # width of the view at distance 1
DISPARITY_POWER = 0.6
_CAMERA_TRIES = 10  # random positions of the camera
_WHITE = np.ones(3, np.float32)


@dataclass(frozen=True)
class Ground:
    """Shape and look of the land.

    Attributes:
        heights: Tileable heights (noise.SIDE, noise.SIDE), about 0 to 1.
        color: Returns the colors (side, side, 3) of surface points.
        relief: Scale of the heights, in sides of the field.
        eye: Height of the camera above the highest ground nearby.
        far: Distance at which the land ends.
        haze: Density of the haze.
        water: Level of the water in units of `heights`; None for dry land.
    """

    heights: Array
    color: Callable[["Surface"], Array]
    relief: float
    eye: float
    far: float
    haze: float = 1.0
    water: float | None = None


@dataclass(frozen=True)
class Camera:
    """Camera above the land.

    Attributes:
        position: Position (2,) on the field in texels.
        forward, right: Unit directions (2,) on the field.
        height: Height in sides of the field.
        horizon: Height of the horizon as a fraction of the image, from the top.
    """

    position: NDArray[np.float64]
    forward: NDArray[np.float64]
    right: NDArray[np.float64]
    height: float
    horizon: float

    def ground(self, distance: NDArray[np.floating], across: NDArray[np.floating]) -> tuple[Array, Array]:
        """Returns texels (column, row) of points at a distance, `across` times that distance to the right."""
        column = self.position[0] + (self.forward[0] + self.right[0] * across) * distance * noise.SIDE
        row = self.position[1] + (self.forward[1] + self.right[1] * across) * distance * noise.SIDE
        return np.asarray(column, np.float32), np.asarray(row, np.float32)


@dataclass(frozen=True)
class Surface:
    """Land points that the pixels (side, side) show.

    Attributes:
        height, slope: Height and slope of the ground.
        column, row: Texels of the field.
        distance: Distance from the camera.
        land: True where a pixel shows land.
    """

    height: Array
    slope: Array
    column: Array
    row: Array
    distance: Array
    land: NDArray[np.bool_]

    def grain(self, field: Array, scale: float = 2.0) -> Array:
        """Returns a field (side, side) sampled on the ground."""
        return noise.sample(field, self.column * scale, self.row * scale)


@dataclass(frozen=True)
class Land:
    """Rendered land under a sky, with the geometry for scattering objects over it."""

    color: Array
    disparity: Array
    camera: Camera
    surface: Surface
    ground: Ground


def render_land(view: View, air: Atmosphere, ground: Ground, sky: Array) -> Land:
    """Renders the land in front of a sky, without its water; see `water.flood`."""
    camera = _camera(view.rng, ground, air.horizon)
    surface, light = _march(view, air, ground, camera)
    shaded: Array = ground.color(surface) * (
        air.ambient * mix(_WHITE, air.low, 0.5) + light[..., None] * air.light
    )
    if air.dark:
        shaded = shaded * np.float32(0.55)
    shaded = blend(shaded, air.low, fade(surface.distance, ground, air))
    color = np.where(surface.land[..., None], shaded, sky)
    near = np.where(surface.land, nearness(surface.distance), 0)
    return Land(color.astype(np.float32), near.astype(np.float32), camera, surface, ground)


def nearness(distance: Array) -> Array:
    """Returns the disparity of distances."""
    return np.asarray(np.clip(NEAR / distance, 0, 1) ** DISPARITY_POWER, np.float32)


def fade(distance: Array, ground: Ground, air: Atmosphere) -> Array:
    """Returns the opacity of the haze at a distance."""
    return np.asarray(
        1 - np.exp(-((distance / ground.far) ** 1.2) * 2.1 * ground.haze * air.thickness), np.float32
    )


def _camera(rng: Generator, ground: Ground, horizon: float) -> Camera:
    """Returns the lowest of some random positions, so that no slope is right in front of the camera."""
    angle = rng.uniform(0, 2 * np.pi)
    forward = np.array([np.cos(angle), np.sin(angle)])
    ahead = np.linspace(0, 0.4, 12)[None] * noise.SIDE
    positions = [rng.uniform(0, noise.SIDE, 2) for _ in range(_CAMERA_TRIES)]
    tops = [
        float(noise.sample(ground.heights, p[0] + forward[0] * ahead, p[1] + forward[1] * ahead).max())
        for p in positions
    ]
    best = int(np.argmin(tops))
    height = max(tops[best], ground.water or 0.0) * ground.relief + ground.eye
    return Camera(positions[best], forward, np.array([-forward[1], forward[0]]), height, horizon)


def _march(view: View, air: Atmosphere, ground: Ground, camera: Camera) -> tuple[Surface, Array]:
    """Returns the visible surface, and the sunlight (side, side) on it."""
    side = view.side
    steps = (NEAR * (ground.far / NEAR) ** np.linspace(0, 1, int(side * 0.9))).astype(np.float32)
    across = ((np.arange(side, dtype=np.float32) + 0.5) / side - 0.5) * WIDTH
    heights = ground.heights if ground.water is None else np.maximum(ground.heights, ground.water)
    column, row = camera.ground(steps[:, None], across[None])
    height = noise.sample(heights.astype(np.float32), column, row) * ground.relief
    rise = camera.horizon * side + (camera.height - height) / steps[:, None] * side * FOCAL
    distance, hit = _first_seen(np.minimum.accumulate(rise, 0), steps, side)
    column, row = camera.ground(distance, across[None])
    here = noise.sample(ground.heights, column, row)
    reach = 1.5 + distance * 2
    right = (noise.sample(ground.heights, column + reach, row) - here) * ground.relief * noise.SIDE / reach
    down = (noise.sample(ground.heights, column, row + reach) - here) * ground.relief * noise.SIDE / reach
    slope = np.hypot(right, down)
    surface = Surface(here, slope, column, row, distance, hit)
    return surface, _sunlight(air, camera, right, down)


def _first_seen(rise: Array, steps: Array, side: int) -> tuple[Array, NDArray[np.bool_]]:
    """Returns the distance (side, side) at each pixel, and a mask (side, side) of the ground.

    Args:
        rise: Highest row reached up to each step (steps, side); decreases with the step.
        steps: Distances (steps,).
        side: Side of the image in pixels.
    """
    count, columns = len(steps), np.arange(side)[None]
    top = np.clip(np.ceil(rise), 0, side).astype(np.int64)
    reached = np.bincount((top * side + columns).ravel(), minlength=(side + 1) * side)
    index = (count - np.cumsum(reached.reshape(side + 1, side), 0))[:side]
    after = np.minimum(index, count - 1)
    before = np.maximum(after - 1, 0)
    low, high = rise[before, columns], rise[after, columns]
    fraction = np.clip((low - np.arange(side)[:, None]) / np.maximum(low - high, 1e-3), 0, 1)
    distance = steps[before] * (steps[after] / steps[before]) ** fraction
    return distance.astype(np.float32), index < count


def _sunlight(air: Atmosphere, camera: Camera, right: Array, down: Array) -> Array:
    """Returns Lambertian sunlight (side, side), from the side of the image where the sun stands."""
    toward = camera.right * (air.sun[0] - 0.5) * 2.2 + camera.forward * 0.6
    toward = toward / np.linalg.norm(toward)
    elevation = 0.35 if air.sun_is_low else 0.8
    facing = -(right * toward[0] + down * toward[1]) + elevation
    facing = facing / np.sqrt(1 + right**2 + down**2) / np.sqrt(1 + elevation**2)
    return np.asarray(np.clip(facing, 0, 1) * (0.45 if air.dark else 0.95), np.float32)
