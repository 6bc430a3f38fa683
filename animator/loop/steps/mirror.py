"""`Mirror`: a step that makes one half of the image the mirror image of the other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from animator.settings.fields import RangedSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Mirror:
    """Mirrors one half of the image onto the other, or one quarter onto all four."""

    keep: Literal[
        "left", "right", "top", "bottom", "top-left", "top-right", "bottom-left", "bottom-right"
    ] = "left"
    """The half or quarter that is mirrored onto the rest; the same for the whole film."""
    mix: Annotated[float, RangedSchedule(0.0, 1.0)] = 1
    """Share of the mirrored image; 0 leaves the image as it is."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the mirrored image (3, H, W)."""
        from animator.images.kaleidoscope import mirrored  # here, so that checking a preset loads no torch

        if self.mix == 0.0:
            return image
        result = image
        for side, axis in (("top", 1), ("bottom", 1), ("left", 2), ("right", 2)):
            if side in self.keep:
                result = mirrored(result, axis, from_end=side in ("bottom", "right"))
        return image.lerp(result, self.mix)
