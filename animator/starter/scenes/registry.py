"""Every kind of scene by name: who draws it, and how often it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from animator.starter.scenes.draft import Draft, View
from animator.starter.scenes.families.city import city
from animator.starter.scenes.families.desert import desert
from animator.starter.scenes.families.flower import flower
from animator.starter.scenes.families.fluid import fluid, fractal
from animator.starter.scenes.families.hills import forest, hills
from animator.starter.scenes.families.mountains import lake, mountains
from animator.starter.scenes.families.neon import neon
from animator.starter.scenes.families.ornament import glass, mandala
from animator.starter.scenes.families.sea import sea
from animator.starter.scenes.families.space import space


@dataclass(frozen=True)
class Kind:
    """A kind of scene: its drawing and its weight among all pictures."""

    draw: Callable[[View], Draft]
    weight: float


KINDS: dict[str, Kind] = {
    "mountains": Kind(mountains, 1.6),
    "lake": Kind(lake, 1.3),
    "sea": Kind(sea, 1.8),
    "desert": Kind(desert, 1.2),
    "hills": Kind(hills, 1.2),
    "forest": Kind(forest, 1.4),
    "city": Kind(city, 1.5),
    "space": Kind(space, 2.0),
    "mandala": Kind(mandala, 0.9),
    "flower": Kind(flower, 1.0),
    "fractal": Kind(fractal, 0.8),
    "fluid": Kind(fluid, 1.0),
    "glass": Kind(glass, 0.8),
    "neon": Kind(neon, 0.9),
}
