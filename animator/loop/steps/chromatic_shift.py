"""`ChromaticShift`: a step that moves the color channels apart."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from animator.settings.fields import RangedSchedule
from animator.settings.step import Place

if TYPE_CHECKING:
    from torch import Tensor

    from animator.loop.state import State
    from animator.timeline.plan import Plan

Shift = Annotated[float, RangedSchedule(-0.2, 0.2)]


@dataclass(frozen=True)
class ChromaticShift:
    """Moves red and blue apart, as a simple lens does; green stays."""

    place: ClassVar[Place] = "output"

    spread: Shift = 0.005
    """Share of the way from the center to the edge by which red is moved outward and blue inward; below 0
    the other way around."""
    shift_x: Shift = 0
    """Red to the right and blue to the left, as a share of the image's shorter side."""
    shift_y: Shift = 0
    """Red down and blue up, as a share of the image's shorter side."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) with its channels apart."""
        import torch  # here, so that checking a preset loads no torch

        if not (self.spread or self.shift_x or self.shift_y):
            return image
        return torch.cat((self._moved(image[0:1], 1), image[1:2], self._moved(image[2:3], -1)))

    def _moved(self, channel: "Tensor", sign: int) -> "Tensor":
        """Returns a channel (1, H, W), moved as red is, or with the sign -1 as blue is."""
        from animator.images.resample import Border, Sampling
        from animator.images.warp2d import Move2D, matrix2d, warp_by_matrix

        height, width = channel.shape[1:]
        side = sign * min(height, width)
        move = Move2D(shift_px=(self.shift_x * side, self.shift_y * side), zoom=1.0 + sign * self.spread)
        return warp_by_matrix(channel, matrix2d(move, width, height), Border.REPLICATE, Sampling.STEADY)
