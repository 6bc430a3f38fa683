"""Registry of the kinds of scenes: their render functions and frequencies."""

from collections.abc import Callable
from dataclasses import dataclass

from animator.training.scenes.families.city import city
from animator.training.scenes.families.desert import desert
from animator.training.scenes.families.flower import flower
from animator.training.scenes.families.fluid import fluid, fractal
from animator.training.scenes.families.hills import forest, hills
from animator.training.scenes.families.mountains import lake, mountains
from animator.training.scenes.families.neon import neon
from animator.training.scenes.families.ornament import glass, mandala
from animator.training.scenes.families.sea import sea
from animator.training.scenes.families.space import space
from animator.training.scenes.scene_image import SceneImage, View


@dataclass(frozen=True)
class Kind:
    """A kind of scene.

    Attributes:
        render: Renders one scene of this kind.
        weight: Relative frequency.
    """

    render: Callable[[View], SceneImage]
    weight: float


KINDS: dict[str, Kind] = {
    "mountains": Kind(mountains, 1.6),
    "lake": Kind(lake, 1.3),
    "sea": Kind(sea, 1.6),
    "desert": Kind(desert, 1.0),
    "hills": Kind(hills, 1.7),
    "forest": Kind(forest, 1.1),
    "city": Kind(city, 1.8),
    "space": Kind(space, 2.0),
    "mandala": Kind(mandala, 1.4),
    "flower": Kind(flower, 1.2),
    "fractal": Kind(fractal, 0.5),
    "fluid": Kind(fluid, 0.6),
    "glass": Kind(glass, 0.9),
    "neon": Kind(neon, 0.9),
}
