"""Land as a height field seen in perspective, with its exact depth.

Rays march outward in geometric steps, all columns of the image at once (the voxel-space method). The ground
that is seen at a pixel is the first whose projection rises to it.
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
FOCAL = 0.8  # of the height of the image
WIDTH = 1.15  # of the image's width at distance 1
DISPARITY_POWER = 0.6
_PLACES = 10  # tried for the camera
_WHITE = np.ones(3, np.float32)


@dataclass(frozen=True)
class Ground:
    """What the land is like.

    Attributes:
        heights: Tileable heights (noise.SIDE, noise.SIDE), about 0 to 1.
        color: Gives the colors (side, side, 3) of surface points.
        relief: Height of 1, in sides of the field.
        eye: Height of the camera above the highest ground close by.
        far: Distance at which the land ends.
        haze: How fast it fades with distance.
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
    """Where the land is seen from: a place on the field in texels, a direction, a height, the horizon."""

    place: NDArray[np.float64]
    forward: NDArray[np.float64]
    right: NDArray[np.float64]
    height: float
    horizon: float

    def ground(self, distance: NDArray[np.floating], across: NDArray[np.floating]) -> tuple[Array, Array]:
        """Texels (column, row) of the points at a distance and `across` of it to the right."""
        column = self.place[0] + (self.forward[0] + self.right[0] * across) * distance * noise.SIDE
        row = self.place[1] + (self.forward[1] + self.right[1] * across) * distance * noise.SIDE
        return np.asarray(column, np.float32), np.asarray(row, np.float32)


@dataclass(frozen=True)
class Surface:
    """What each pixel (side, side) sees: height, slope, texels of the field, distance, whether it is land."""

    height: Array
    slope: Array
    column: Array
    row: Array
    distance: Array
    land: NDArray[np.bool_]

    def grain(self, field: Array, scale: float = 2.0) -> Array:
        """A field laid on the ground (side, side)."""
        return noise.sample(field, self.column * scale, self.row * scale)


@dataclass(frozen=True)
class Land:
    """Land drawn under a sky, and what is needed to plant things on it."""

    color: Array
    disparity: Array
    camera: Camera
    surface: Surface
    ground: Ground


def render_land(view: View, air: Atmosphere, ground: Ground, sky: Array) -> Land:
    """The land in front of the sky; water is left dry, see `water.flooded`."""
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
    """The disparity of distances."""
    return np.asarray(np.clip(NEAR / distance, 0, 1) ** DISPARITY_POWER, np.float32)


def fade(distance: Array, ground: Ground, air: Atmosphere) -> Array:
    """How much of a thing at a distance the air hides."""
    return np.asarray(
        1 - np.exp(-((distance / ground.far) ** 1.2) * 2.1 * ground.haze * air.thickness), np.float32
    )


def _camera(rng: Generator, ground: Ground, horizon: float) -> Camera:
    """The lowest-lying of some random places, looking anywhere: no wall right before the lens."""
    turn = rng.uniform(0, 2 * np.pi)
    forward = np.array([np.cos(turn), np.sin(turn)])
    ahead = np.linspace(0, 0.4, 12)[None] * noise.SIDE
    places = [rng.uniform(0, noise.SIDE, 2) for _ in range(_PLACES)]
    tops = [
        float(noise.sample(ground.heights, p[0] + forward[0] * ahead, p[1] + forward[1] * ahead).max())
        for p in places
    ]
    best = int(np.argmin(tops))
    height = max(tops[best], ground.water or 0.0) * ground.relief + ground.eye
    return Camera(places[best], forward, np.array([-forward[1], forward[0]]), height, horizon)


def _march(view: View, air: Atmosphere, ground: Ground, camera: Camera) -> tuple[Surface, Array]:
    """The surface seen, and the sunlight (side, side) on it."""
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
    """Distance (side, side) at each pixel, and where there is ground at all.

    Args:
        rise: Highest row reached so far (steps, side): falls with the step.
        steps: Distances.
        side: Pixels.
    """
    count, columns = len(steps), np.arange(side)[None]
    top = np.clip(np.ceil(rise), 0, side).astype(np.int64)
    reached = np.bincount((top * side + columns).ravel(), minlength=(side + 1) * side)
    index = (count - np.cumsum(reached.reshape(side + 1, side), 0))[:side]
    after = np.minimum(index, count - 1)
    before = np.maximum(after - 1, 0)
    low, high = rise[before, columns], rise[after, columns]
    share = np.clip((low - np.arange(side)[:, None]) / np.maximum(low - high, 1e-3), 0, 1)
    distance = steps[before] * (steps[after] / steps[before]) ** share
    return distance.astype(np.float32), index < count


def _sunlight(air: Atmosphere, camera: Camera, right: Array, down: Array) -> Array:
    """Lambert's law for a sun on the side of the image where it stands."""
    toward = camera.right * (air.sun[0] - 0.5) * 2.2 + camera.forward * 0.6
    toward = toward / np.linalg.norm(toward)
    elevation = 0.35 if air.sun_is_low else 0.8
    facing = -(right * toward[0] + down * toward[1]) + elevation
    facing = facing / np.sqrt(1 + right**2 + down**2) / np.sqrt(1 + elevation**2)
    return np.asarray(np.clip(facing, 0, 1) * (0.45 if air.dark else 0.95), np.float32)
