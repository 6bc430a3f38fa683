"""`Echo`: a step that leaves trails of what moves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from animator.settings.fields import RangedSchedule
from animator.settings.needs import IsNot
from animator.settings.step import Place

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan

Share = Annotated[float, RangedSchedule(0.0, 1.0)]


@dataclass(frozen=True)
class Echo:
    """Blends the last frame in, which has the frames before it in the same way: trails of what moves.

    With `at: output` that is its own last result: trails are seen, the next frame is made without them, and
    they end where the clip has a cut. A cut (strength 0) always ends them.
    """

    place: ClassVar[Place] = "output"
    remembers: ClassVar[bool] = True

    amount: Share = 0.5
    """Share of the trail; 0 leaves the image as it is."""
    blend: Literal["mix", "lighten", "darken"] = "mix"
    """mix fades from frame to frame; lighten leaves trails of what is bright, darken of what is dark."""
    decay: Annotated[Share, IsNot("blend", "mix")] = 0.1
    """Share of its strength that a trail of lighten or darken loses with each frame."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) with trails."""
        last = state.image
        if self.amount == 0.0 or last is None or plan.cut:
            return image
        if self.blend == "lighten":
            last = image.maximum(last * (1.0 - self.decay))
        elif self.blend == "darken":
            last = image.minimum(1.0 - (1.0 - last) * (1.0 - self.decay))
        return image.lerp(last, self.amount)
