"""The open sea and islands."""

from dataclasses import dataclass, replace

from animator.training.scenes import noise
from animator.training.scenes.air import ANY, sample_atmosphere
from animator.training.scenes.colors import blend, jitter, rgb, smoothstep
from animator.training.scenes.landscape import finish_landscape, render_landscape, with_shapes
from animator.training.scenes.noise import Array
from animator.training.scenes.plants import palm, round_tree
from animator.training.scenes.props import birds, lighthouse, sailboat
from animator.training.scenes.scatter import Grove, plant_grove
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.terrain import Ground, Land, Surface
from animator.training.scenes.water import sample_sea

_OPEN = 1.3  # water level above all land


def sea(view: View) -> SceneImage:
    """Renders water to the horizon, with or without islands, sometimes with a lighthouse or a sailboat."""
    rng = view.rng
    air = sample_atmosphere(view, ANY)
    islands, tropical = view.chance(0.55), view.chance(0.35)
    water = sample_sea(view, (0.5, 1.8))
    if tropical:
        water = replace(water, deep=jitter(rgb(10, 130, 150), rng, 0.04))
    level = float(rng.uniform(0.72, 0.85)) if islands else _OPEN
    heights = noise.stretch(view.noise(noise.SMOOTH) + 0.25 * view.noise(noise.GRAINY))
    sand, green = jitter(rgb(214, 190, 140), rng, 0.03), jitter(rgb(60, 100, 52), rng, 0.03)
    ground = Ground(
        heights=heights,
        color=_Shore(sand, green, view.noise(noise.ROUGH), level),
        relief=0.42,
        eye=float(rng.uniform(0.04, 0.1)),
        far=4.0,
        haze=0.8,
        water=level,
    )
    land, sky_extras = render_landscape(view, air, ground, water)
    land, extras, landmark = _add_objects(view, air, land, islands=islands, tropical=tropical)
    subject = _subject(view, islands=islands, tropical=tropical, calm=water.roughness < 1)
    if landmark and view.chance(0.5):
        return finish_landscape(
            land, air, f"a lighthouse by the {view.pick('sea', 'ocean')}", [*extras, *sky_extras]
        )
    return finish_landscape(
        land, air, subject, [*(["a lighthouse"] if landmark else []), *extras, *sky_extras]
    )


@dataclass(frozen=True)
class _Shore:
    """Color of islands: sand by the water, green above."""

    sand: Array
    green: Array
    detail: Array
    level: float

    def __call__(self, at: Surface) -> Array:
        height = at.height + at.grain(self.detail) * 0.03
        return blend(self.sand, self.green, smoothstep(self.level + 0.03, self.level + 0.09, height))


def _add_objects(
    view: View, air: Atmosphere, land: Land, *, islands: bool, tropical: bool
) -> tuple[Land, list[str], bool]:
    """Returns the sea with objects, the names of extras, and True if there is a lighthouse."""
    extras = []
    if islands and view.chance(0.6):
        plant, name = (palm, "palm trees") if tropical else (round_tree, "trees")
        land, count = plant_grove(view, air, land, Grove(plant, 100, 0.07, rgb(40, 80, 40), (0.2, 2.5)))
        extras += [name] if count else []
    landmark = not tropical and view.chance(0.3)
    if landmark:
        land = with_shapes(land, lighthouse(view, air))
    if view.chance(0.3):
        land = with_shapes(land, sailboat(view, air))
        extras.append(view.pick("a sailboat", "a boat"))
    if air.weather in ("clear", "cloudy") and view.chance(0.12):
        land = with_shapes(land, birds(view, air))
        extras.append("birds")
    return land, extras, landmark


def _subject(view: View, *, islands: bool, tropical: bool, calm: bool) -> str:
    name = ("tropical " if tropical else "") + view.pick("sea", "ocean")
    if islands:
        return view.pick(f"an island in the {name}", f"{name} with islands")
    return view.pick(f"the open {name}", f"calm {name}" if calm else f"{name} waves", f"{name} horizon")
