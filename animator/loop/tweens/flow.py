"""Cadence along optical flow: what moved between two drawings moves in the in-betweens, too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from animator.loop.pipeline import Generated, Motion
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import warp_by_flow
from animator.timeline.plan import Plan


@dataclass(frozen=True)
class FlowTween:
    """In-betweens that follow the flow from the old image to the new one while they fade; see `Tween`.

    The old image is moved to the drawn frame first, so that the flow holds only what the camera's motion
    does not explain. Each in-between takes its share of the flow from both ends.

    Attributes:
        flow: Estimates the flow.
    """

    draws_last: ClassVar[bool] = False
    flow: FlowModel

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """The images (3, H, W) of a group, one per plan, with the last look's depth."""
        first, *later = plans
        new = drawn.image
        depth = motion.estimate_depth(new, later[0], drawn.depth) if later else drawn.depth
        fading = old is not None and first.tween < 1.0
        moved = motion.warp(old, [first], drawn.depth) if old is not None and fading else new
        towards = self.flow(moved, new) if fading else None
        for position, plan in enumerate(plans):
            image = new
            if towards is not None and plan.tween < 1.0:
                factor = first.diffusion.cadence_flow_factor
                here = warp_by_flow(moved, towards, plan.tween * factor)
                image = here.lerp(warp_by_flow(new, towards, (plan.tween - 1.0) * factor), plan.tween)
            moves = plans[1 : position + 1]
            yield Generated(motion.warp(image, moves, depth) if moves else image, depth)
