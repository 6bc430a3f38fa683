"""`Glow`: a step that lets bright areas shine."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from animator.settings.fields import RangedSchedule
from animator.settings.step import Place

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Glow:
    """Lets bright areas shine over what is around them (bloom); nothing gets darker."""

    place: ClassVar[Place] = "output"

    amount: Annotated[float, RangedSchedule(0.0, 10.0)] = 0.5
    """Factor on the light that spreads; 0 leaves the image as it is."""
    threshold: Annotated[float, RangedSchedule(0.0, 1.0)] = 0.6
    """Brightness from which on an area shines, from black 0 to white 1."""
    radius: Annotated[float, RangedSchedule(0.0, 0.5)] = 0.03
    """How far the light spreads (sigma of a Gaussian), as a share of the image's shorter side."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) with the light of its bright areas."""
        from animator.images.glow import glow  # here, so that checking a preset loads no torch

        if self.amount == 0.0:
            return image
        return glow(image, self.amount, self.threshold, self.radius * min(image.shape[1:]))
