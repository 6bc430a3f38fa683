"""Scatters objects over land, from far to near: hidden behind hills, lit and faded like the land."""

from dataclasses import dataclass, replace

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import mix
from animator.training.scenes.figures import Shape, paint_shapes
from animator.training.scenes.noise import Array
from animator.training.scenes.plants import Plant, Site
from animator.training.scenes.scene_image import Atmosphere, View
from animator.training.scenes.terrain import FOCAL, WIDTH, Land, fade, nearness


@dataclass(frozen=True)
class Grove:
    """Objects of one kind to scatter over land.

    Attributes:
        plant: Returns the shapes of one object.
        count: Number of positions to try.
        size: Height of an object in sides of the height field.
        color: Color (3,) of an object.
        distances: Nearest and farthest distance.
        highest: Greatest height of the ground that objects stand on.
        across: Fraction of the width within which objects may stand.
    """

    plant: Plant
    count: int
    size: float
    color: Array
    distances: tuple[float, float] = (0.12, 1.6)
    highest: float = 9.0
    across: float = 1.0


def plant_grove(view: View, air: Atmosphere, land: Land, grove: Grove) -> tuple[Land, int]:
    """Returns the land with the grove on it, and the number of visible objects."""
    sites = _stands(view, air, land, grove)
    shapes: list[Shape] = [shape for site in sites for shape in grove.plant(view.rng, site)]
    color, disparity = paint_shapes(land.color, land.disparity, shapes)
    return (replace(land, color=color, disparity=disparity), len(sites)) if sites else (land, 0)


def _stands(view: View, air: Atmosphere, land: Land, grove: Grove) -> list[Site]:
    rng, camera, ground, side = view.rng, land.camera, land.ground, view.side
    near, far = grove.distances
    distance = np.sort(near * (far / near) ** (rng.random(grove.count) ** 0.7))[::-1]
    across = rng.uniform(-0.62, 0.62, grove.count) * grove.across
    sizes = grove.size * rng.uniform(0.6, 1.3, grove.count) / distance * side * FOCAL
    shades = rng.uniform(0.6, 1.25, grove.count)
    column, row = camera.ground(distance, across)
    height = noise.sample(ground.heights, column[None], row[None])[0]
    dry = height > (ground.water + 0.01 if ground.water is not None else -np.inf)
    y = camera.horizon * side + (camera.height - height * ground.relief) / distance * side * FOCAL
    x = (across / WIDTH + 0.5) * side
    sites = []
    for i in np.nonzero(dry & (height < grove.highest))[0]:
        pixel = (int(np.clip(y[i], 0, side - 1)), int(np.clip(x[i], 0, side - 1)))
        hidden = 0 <= y[i] < side and land.surface.distance[pixel] < distance[i] * 0.82
        if hidden or sizes[i] < 1.5 or y[i] - sizes[i] > side:
            continue
        lit = _Lit(air, float(fade(distance[i], ground, air)), float(shades[i]))
        sites.append(
            Site(
                foot=(float(x[i]), float(y[i])),
                size=float(sizes[i]),
                color=lit(grove.color),
                disparity=float(nearness(distance[i])),
                lit=replace(lit, shade=1.0),
                sun_right=air.sun[0] * side > x[i],
                dark=air.dark,
            )
        )
    return sites


@dataclass(frozen=True)
class _Lit:
    """Lights a color and fades it into the haze."""

    air: Atmosphere
    haze: float
    shade: float

    def __call__(self, color: Array) -> Array:
        strength = (0.35 if self.air.dark else 0.9) * self.shade
        return mix(color * (self.air.ambient + 0.5 * self.air.light) * strength, self.air.low, self.haze)
