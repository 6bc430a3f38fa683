"""Optical-flow cadence: in-betweens follow the motion between two generated frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from animator.loop.pipeline import FrameImage, Motion
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import warp_by_flow
from animator.timeline.plan import Plan


@dataclass(frozen=True)
class FlowTween:
    """In-betweens that follow the flow from the old image to the new one during the fade; see `Tween`.

    The old image is warped to the generated frame first, so the flow has only what the camera's motion does
    not explain. Each in-between is warped its part of the flow from both ends.

    Attributes:
        flow: Estimates the flow.
    """

    generates_last: ClassVar[bool] = False
    flow: FlowModel

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan, with the last depth estimate."""
        first, *later = plans
        new = generated.image
        depth = motion.estimate_depth(new, later[0], generated.depth) if later else generated.depth
        fading = old is not None and first.tween < 1.0
        warped = motion.warp(old, [first], generated.depth) if old is not None and fading else new
        flow = self.flow(warped, new) if fading else None
        for position, plan in enumerate(plans):
            image = new
            if flow is not None and plan.tween < 1.0:
                factor = first.diffusion.cadence_flow_factor
                from_old = warp_by_flow(warped, flow, plan.tween * factor)
                image = from_old.lerp(warp_by_flow(new, flow, (plan.tween - 1.0) * factor), plan.tween)
            moves = plans[1 : position + 1]
            yield FrameImage(motion.warp(image, moves, depth) if moves else image, depth)
