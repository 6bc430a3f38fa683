"""Rolling hills and forests."""

from dataclasses import dataclass

import cv2
import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.air import ANY, sample_atmosphere
from animator.training.scenes.colors import blend, hsv, jitter, mix, rgb, smoothstep
from animator.training.scenes.landscape import finish_landscape, render_landscape, with_shapes
from animator.training.scenes.noise import Array
from animator.training.scenes.plants import castle, house, pine, round_tree
from animator.training.scenes.props import balloons, birds
from animator.training.scenes.scatter import Grove, plant_grove
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.terrain import Ground, Land, Surface


@dataclass(frozen=True)
class _Season:
    """Season (`autumn`, `winter` or empty), and the colors of its grass and leaves."""

    name: str
    grass: Array
    leaves: Array


def _season(view: View, air: Atmosphere) -> _Season:
    rng = view.rng
    if air.weather == "snowy":
        return _Season("winter", jitter(rgb(225, 232, 240), rng, 0.02), rgb(70, 92, 86))
    if view.chance(0.22):
        return _Season(
            "autumn", jitter(rgb(150, 110, 50), rng, 0.04), hsv(rng.uniform(0.03, 0.12), 0.8, 0.75)
        )
    return _Season("", jitter(rgb(84, 128, 48), rng, 0.04), jitter(rgb(44, 86, 40), rng, 0.04))


def hills(view: View) -> SceneImage:
    """Renders grassy hills with trees, flowers, houses, a castle, balloons or birds."""
    air = sample_atmosphere(view, ANY)
    season = _season(view, air)
    flowers = season.name != "winter" and view.chance(0.3)
    land, sky_extras = render_landscape(view, air, _ground(view, season, flowers=flowers))
    land, extras, landmark = _add_objects(view, air, land, season)
    extras += ["flowers"] if flowers else []
    usual = "autumn hills" if season.name == "autumn" else "green hills"
    subject = view.pick("rolling hills", usual, "meadow", "grassland")
    if season.name == "winter":
        subject = "snow covered hills"
    if landmark and view.chance(0.5):
        return finish_landscape(land, air, f"{landmark} on a hill", [*extras, *sky_extras])
    return finish_landscape(land, air, subject, [*([landmark] if landmark else []), *extras, *sky_extras])


def forest(view: View) -> SceneImage:
    """Renders a forest of one kind of trees."""
    rng = view.rng
    air = sample_atmosphere(view, ANY)
    season = _season(view, air)
    land, sky_extras = render_landscape(view, air, _ground(view, season, flowers=False))
    pines = view.chance(0.55) or season.name == "winter"
    plant = pine if pines else round_tree
    grove = Grove(
        plant, int(rng.integers(260, 460)), float(rng.uniform(0.07, 0.12)), season.leaves, (0.13, 1.4)
    )
    land, _ = plant_grove(view, air, land, grove)
    name = f"{season.name} {'pine forest' if pines else 'forest'}".strip()
    return finish_landscape(land, air, view.pick(name, f"a {name}", f"{name} landscape"), sky_extras)


def _ground(view: View, season: _Season, *, flowers: bool) -> Ground:
    heights = noise.stretch(view.noise(noise.SMOOTH) + 0.05 * view.noise(noise.GRAINY))
    petals = hsv(view.rng.random(), 0.7, 0.95) if flowers else None
    return Ground(
        heights=np.asarray(cv2.GaussianBlur(heights, (0, 0), 2.0)),
        color=_Meadow(season.grass, petals, view.noise(noise.ROUGH), view.noise(noise.ROUGH)),
        relief=float(view.rng.uniform(0.1, 0.2)),
        eye=float(view.rng.uniform(0.04, 0.09)),
        far=2.6,
    )


@dataclass(frozen=True)
class _Meadow:
    """Color of grass in two shades, with flowers nearby if there are petals."""

    grass: Array
    petals: Array | None
    detail: Array
    spots: Array

    def __call__(self, at: Surface) -> Array:
        shade = smoothstep(-1, 1, at.grain(self.detail))[..., None]
        color = mix(self.grass * np.float32(0.75), self.grass, shade)
        if self.petals is None:
            return color
        blossom = smoothstep(1.0, 1.5, at.grain(self.spots, 4.0)) * np.exp(-at.distance * 1.5) * 0.9
        return blend(color, self.petals, blossom)


def _add_objects(view: View, air: Atmosphere, land: Land, season: _Season) -> tuple[Land, list[str], str]:
    """Returns the hills with trees, buildings and flying objects, the names of extras, and the landmark's."""
    rng, extras, landmark = view.rng, [], ""
    if view.chance(0.4):
        grove = Grove(round_tree, int(rng.integers(1, 30)), 0.08, season.leaves, (0.15, 1.2))
        land, count = plant_grove(view, air, land, grove)
        extras += ["trees"] if count else []
    rare = rng.random()
    if rare < 0.5:
        which = Grove(castle, 1, 0.26, rgb(160, 150, 140), (0.28, 0.45), across=0.4)
        name = "a castle"
        if rare >= 0.25:
            which, name = Grove(house, 1, 0.11, rgb(200, 190, 170), (0.17, 0.28), across=0.4), "a house"
        land, count = plant_grove(view, air, land, which)
        landmark = name if count else ""
    if air.weather in ("clear", "cloudy") and view.chance(0.25):
        floats, name = (balloons, "hot air balloons") if view.chance(0.6) else (birds, "birds")
        land = with_shapes(land, floats(view, air))
        extras.append(name)
    return land, extras, landmark
