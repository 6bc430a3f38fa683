"""Mountains, and mountains behind a lake."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from animator.training.scenes import noise
from animator.training.scenes.air import ANY, sample_atmosphere
from animator.training.scenes.colors import blend, jitter, rgb, smoothstep
from animator.training.scenes.landscape import finish_landscape, render_landscape, with_shapes
from animator.training.scenes.noise import Array
from animator.training.scenes.plants import castle, house, pine
from animator.training.scenes.props import balloons, birds, sailboat
from animator.training.scenes.scatter import Grove, plant_grove
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.terrain import Ground, Land, Surface
from animator.training.scenes.water import sample_sea

_LOWLANDS = (rgb(62, 92, 48), rgb(110, 96, 70), rgb(84, 80, 60))
_SNOW = rgb(241, 247, 255) * np.float32(1.05)  # white in the sun, in the shade darker than the sky
_CELLS = 3  # along a side of the field
_BEND = 14  # texels by which noise displaces the slopes
_BARE = 1  # index of the lowland without trees


def mountains(view: View) -> SceneImage:
    """Renders mountains, snowy or bare."""
    return _mountains(view, None)


def lake(view: View) -> SceneImage:
    """Renders mountains behind a lake."""
    return _mountains(view, float(view.rng.uniform(0.24, 0.38)))


def _mountains(view: View, water: float | None) -> SceneImage:
    rng = view.rng
    air = sample_atmosphere(view, ANY)
    snowy = view.chance(0.6) or air.weather == "snowy"
    lowland = int(rng.integers(3))
    heights = _ridges(view)
    low, rock = jitter(_LOWLANDS[lowland], rng, 0.03), jitter(rgb(108, 98, 92), rng, 0.03)
    ground = Ground(
        heights=heights,
        color=_Rock(low, rock, view.noise(noise.ROUGH), snowy),
        relief=float(rng.uniform(0.36, 0.52)),
        eye=float(rng.uniform(0.05, 0.14)),
        far=2.0,
        haze=0.45,
        water=water,
    )
    land, sky_extras = render_landscape(view, air, ground, None if water is None else sample_sea(view))
    land, extras = _add_objects(view, air, land, snowy=snowy, wooded=lowland != _BARE)
    return finish_landscape(land, air, _subject(view, water, snowy=snowy), [*extras, *sky_extras])


def _ridges(view: View) -> Array:
    """Returns heights (noise.SIDE, noise.SIDE): a few high peaks, one per cell, over rolling ground.

    The peaks are few because a crest of many small ones looks like a forest from afar.
    """
    rng = view.rng
    bent, bumps = view.noise(noise.SMOOTH), view.noise(noise.ROLLING)
    row, column = np.mgrid[0 : noise.SIDE, 0 : noise.SIDE].astype(np.float32)
    row, column = row + _BEND * bent, column + _BEND * np.roll(bent, noise.SIDE // 3, 1)
    heights = 0.1 + 0.03 * bumps
    cells = _CELLS**2
    for cell in rng.permutation(cells)[: int(rng.integers(cells - 3, cells + 1))]:
        y, x = (np.array(divmod(int(cell), _CELLS)) + rng.uniform(0.15, 0.85, 2)) * noise.SIDE / _CELLS
        peak = _peak(rng, _wrap(row - y), _wrap(column - x))
        heights = np.maximum(heights, peak * (1 - 0.1 * np.abs(bumps)) + 0.05)
    return np.asarray(cv2.GaussianBlur(heights.astype(np.float32), (0, 0), 1.5), np.float32)


def _peak(rng: Generator, down: Array, across: Array) -> Array:
    """Returns the heights of one peak with four to six spurs; `down` and `across` are texels from its top."""
    spurs = np.abs(np.sin(np.arctan2(down, across) * rng.integers(4, 7) / 2 + rng.uniform(0, np.pi)))
    reach = rng.uniform(0.17, 0.27) * noise.SIDE * (1 + 0.22 * spurs)
    top = rng.uniform(0.6, 1.0)
    return np.asarray(top * np.clip(1 - np.hypot(down, across) / reach, 0, None) ** 1.15)


def _wrap(offset: Array) -> Array:
    """Returns the offset in texels to the nearest copy of a point on the tileable field."""
    return np.asarray((offset + noise.SIDE / 2) % noise.SIDE - noise.SIDE / 2, np.float32)


@dataclass(frozen=True)
class _Rock:
    """Color of mountains: meadows below, rock above and on slopes, snow on the tops."""

    low: Array
    rock: Array
    detail: Array
    snowy: bool

    def __call__(self, at: Surface) -> Array:
        grain = at.grain(self.detail) * 0.12
        color = blend(self.low, self.rock, smoothstep(0.25, 0.65, at.height + grain + 0.1 * at.slope))
        if self.snowy:
            snow = smoothstep(0.46, 0.54, at.height + 0.5 * grain) * smoothstep(4.5, 3.0, at.slope)
            color = blend(color, _SNOW, snow)
        return color * (1 + grain)[..., None]


def _add_objects(
    view: View, air: Atmosphere, land: Land, *, snowy: bool, wooded: bool
) -> tuple[Land, list[str]]:
    """Returns the land with trees, a castle, a house, a boat, balloons or birds, and the names of them."""
    extras = []
    if wooded and view.chance(0.4):
        color = rgb(40, 64, 58) if snowy else rgb(30, 62, 42)
        grove = Grove(pine, int(view.rng.integers(20, 90)), 0.055, color, (0.15, 1.2), highest=0.3)
        land, _ = plant_grove(view, air, land, grove)
        extras.append("pine trees")
    rare = view.rng.random()
    if rare < 0.12:
        grove = Grove(castle, 1, 0.25, rgb(160, 150, 140), (0.34, 0.5), across=0.5)
        land, count = plant_grove(view, air, land, grove)
        extras += ["a castle"] * count
    elif rare < 0.2:
        land, count = plant_grove(
            view, air, land, Grove(house, 1, 0.1, rgb(200, 190, 170), (0.24, 0.34), across=0.5)
        )
        extras += ["a house"] * count
    if land.ground.water is not None and view.chance(0.25):
        land = with_shapes(land, sailboat(view, air))
        extras.append("a sailboat")
    if air.weather in ("clear", "cloudy") and view.chance(0.16):
        floats, name = (balloons, "hot air balloons") if view.chance(0.5) else (birds, "birds")
        land = with_shapes(land, floats(view, air))
        extras.append(name)
    return land, extras


def _subject(view: View, water: float | None, *, snowy: bool) -> str:
    name = "snowy mountains" if snowy else "mountains"
    if water is None:
        return view.pick(name, f"{name} landscape", f"a valley with {name}", f"{name} range")
    return view.pick(f"{name} behind a calm lake", f"a lake with {name}", f"{name} reflected in a lake")
