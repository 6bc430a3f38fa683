"""`Kaleidoscope`: a step that repeats a segment of the image around a center."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from animator.settings.fields import RangedSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan

Share = Annotated[float, RangedSchedule(0.0, 1.0)]


@dataclass(frozen=True)
class Kaleidoscope:
    """Repeats a segment of the image around a center, each time mirrored, as in a kaleidoscope."""

    segments: Annotated[int, RangedSchedule(1.0, 64.0)] = 6
    """Number of equal segments around the center, each symmetric in itself; 1 mirrors the image once."""
    angle: Annotated[float, RangedSchedule()] = 90
    """Degrees, counterclockwise from the right, at which half a segment begins that is seen as it is; all
    others are its mirror images."""
    center_x: Share = 0.5
    """Center of the segments, as a share of the width from the left."""
    center_y: Share = 0.5
    """Center of the segments, as a share of the height from the top."""
    mix: Share = 1
    """Share of the segments in the image; 0 leaves it as it is."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) as a kaleidoscope."""
        from animator.images.kaleidoscope import kaleidoscope  # here: checking a preset loads no torch

        if self.mix == 0.0:
            return image
        result = kaleidoscope(image, self.segments, self.angle, (self.center_x, self.center_y))
        return image.lerp(result, self.mix)
