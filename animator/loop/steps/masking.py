"""Masked steps: what the diffusion inpaints, where other steps act, and overlays on the rest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.images.sharpen import soften
from animator.loop.pipeline import FrameImage, Motion, Step
from animator.loop.state import State
from animator.loop.tweens.tween import WrappedTween
from animator.masks.sources import Masks
from animator.models.diffusion.request import Fill, GenerationRequest
from animator.timeline.plan import Plan


@dataclass(frozen=True, eq=False)
class Area:
    """The part of the image that a mask expression selects.

    Attributes:
        masks: Resolves the names in expressions.
        expression: Returns the expression of a frame.
        softness_px: Sigma of the blur of its edge, pixels.
        inverted: True selects the part outside.
    """

    masks: Masks
    expression: Callable[[Plan], str]
    softness_px: float = 0.0
    inverted: bool = False

    def of(self, plan: Plan, image: Tensor) -> Tensor:
        """Returns the mask (H, W), [0, 1], of a frame; words are segmented in the image (3, H, W)."""
        mask = self.masks.at(self.expression(plan), plan.frame, image)
        mask = 1.0 - mask if self.inverted else mask
        return soften(mask.unsqueeze(0), self.softness_px)[0]


@dataclass(frozen=True, eq=False)
class Inpaint:
    """Restricts the diffusion to an area.

    Attributes:
        area: The area to inpaint.
        fill: What the masked area is filled with first.
        padding_px: Inpaints the area at full resolution, with this padding in pixels; None diffuses the
            whole image.
    """

    area: Area
    fill: Fill
    padding_px: int | None

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """Returns the request with the area's mask; one from the prompt alone is unchanged.

        What came into view is generated outside the area, too: there is nothing to keep.
        """
        if request.image is None:
            return request
        mask = self.area.of(plan, request.image).unsqueeze(0)
        if request.revealed is not None:
            mask = torch.maximum(mask, request.revealed)
        return replace(request, mask=mask, fill=self.fill, mask_padding=self.padding_px)


@dataclass(frozen=True, eq=False)
class Within:
    """Applies steps inside an area only; a soft edge blends.

    At the start of a scene nothing outside is to be kept, and they act everywhere.

    Attributes:
        area: The area, evaluated on the image before the steps.
        steps: The steps, in order.
    """

    area: Area
    steps: tuple[Step, ...]

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W), changed inside the area."""
        changed = image
        for step in self.steps:
            changed = step.apply(changed, plan, state)
        if state.image is None or plan.cut:
            return changed
        return image.lerp(changed, self.area.of(plan, image))


@dataclass(frozen=True, eq=False)
class Overlay:
    """Pastes an image over everything outside an area.

    Attributes:
        area: The area that stays.
        below: Returns the image (3, H, W) of a frame; words are segmented in it.
    """

    area: Area
    below: Callable[[int], Tensor]

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) inside the area, the other one outside."""
        return self.paste(image, plan)

    def paste(self, image: Tensor, plan: Plan) -> Tensor:
        """Returns the same as `apply`; needs no state, so it serves in-betweens."""
        below = self.below(plan.frame)
        return below.lerp(image, self.area.of(plan, below))


@dataclass(frozen=True, eq=False)
class OverlayTween(WrappedTween):
    """In-betweens with an overlay.

    Attributes:
        overlay: Applied to all but the generated image, which already has it.
    """

    overlay: Overlay

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images of a group; see `Tween`."""
        for plan, frame in zip(plans, self.tween(motion, plans, old, generated), strict=True):
            is_generated = frame.image is generated.image
            yield frame if is_generated else replace(frame, image=self.overlay.paste(frame.image, plan))
