"""A package that adds a step to animator."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from animator.settings.fields import RangedSchedule
from animator.settings.paths import InputFile

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Posterize:
    """Leaves a few levels of each color."""

    levels: Annotated[int, RangedSchedule(2, 256)] = 4
    """Levels of each color; may change by frame."""
    mix: Annotated[float, RangedSchedule(0, 1)] = 1.0
    """Share of the posterized image; may change by frame."""
    rounding: Literal["nearest", "down"] = "nearest"
    """Rounding of colors between two levels; the same for the whole film."""
    palette: InputFile = ""
    """File of colors, to show how a step names a file: looked for beside the preset."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) with fewer colors."""
        steps = self.levels - 1
        scaled = image * steps
        rounded = scaled.round() if self.rounding == "nearest" else scaled.floor()
        return image.lerp(rounded / steps, self.mix)
