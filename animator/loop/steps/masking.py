"""Masks at work: what is redrawn, what the steps around it may touch, what is laid over the rest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from animator.images.sharpen import blur
from animator.loop.pipeline import Generated, Motion, Step
from animator.loop.state import State
from animator.loop.tweens.tween import Tween
from animator.masks.sources import Masks
from animator.models.diffusion.request import Fill, GenerationRequest
from animator.timeline.plan import Plan


@dataclass(frozen=True, eq=False)
class Area:
    """The part of the image that an expression names.

    Attributes:
        masks: What expressions may name.
        expression: The expression of a frame.
        softness_px: Sigma of the blur of its edge.
        inverted: The part outside instead.
    """

    masks: Masks
    expression: Callable[[Plan], str]
    softness_px: float = 0.0
    inverted: bool = False

    def of(self, plan: Plan, image: Tensor) -> Tensor:
        """The mask (H, W), [0, 1], of a frame; words are looked for in the image (3, H, W)."""
        mask = self.masks.at(self.expression(plan), plan.frame, image)
        mask = 1.0 - mask if self.inverted else mask
        if self.softness_px == 0.0:
            return mask
        return blur(mask.unsqueeze(0), int(2.5 * self.softness_px + 0.5) * 2 + 1, self.softness_px)[0]


@dataclass(frozen=True, eq=False)
class MaskedRedraw:
    """Has the diffuser redraw an area only.

    Attributes:
        area: The area.
        fill: What the drawing starts from.
        padding_px: How much around the area is drawn at full size with it; None draws the whole image.
    """

    area: Area
    fill: Fill
    padding_px: int | None

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """The request with the area's mask; a drawing from the prompt alone stays one."""
        if request.image is None:
            return request
        mask = self.area.of(plan, request.image).unsqueeze(0)
        return replace(request, mask=mask, fill=self.fill, mask_padding=self.padding_px)


@dataclass(frozen=True, eq=False)
class Within:
    """Steps that act inside an area only; a soft edge blends.

    Where a scene begins, there is nothing outside that should stay, and they act everywhere.

    Attributes:
        area: The area, found in the image as it is before the steps.
        steps: The steps, one after the other.
    """

    area: Area
    steps: tuple[Step, ...]

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W), changed inside the area."""
        changed = image
        for step in self.steps:
            changed = step.apply(changed, plan, state)
        if state.image is None or plan.cut:
            return changed
        return image.lerp(changed, self.area.of(plan, image))


@dataclass(frozen=True, eq=False)
class Overlay:
    """Lays an image over everything outside an area.

    Attributes:
        area: The area.
        below: Gives the image (3, H, W) of a frame; words are looked for in it.
    """

    area: Area
    below: Callable[[int], Tensor]

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) inside the area, the other one outside."""
        return self.over(image, plan)

    def over(self, image: Tensor, plan: Plan) -> Tensor:
        """As `apply`, for images between two drawings."""
        below = self.below(plan.frame)
        return below.lerp(image, self.area.of(plan, below))


@dataclass(frozen=True, eq=False)
class OverlaidTween:
    """In-betweens with an image laid over everything outside an area.

    Attributes:
        tween: Makes the in-betweens.
        overlay: Lays over; the drawn image itself has had it.
    """

    tween: Tween
    overlay: Overlay

    @property
    def draws_last(self) -> bool:
        """What the tween within says."""
        return self.tween.draws_last

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """The images of a group; see `Tween`."""
        for plan, seen in zip(plans, self.tween(motion, plans, old, drawn), strict=True):
            whole = seen.image is drawn.image
            yield seen if whole else replace(seen, image=self.overlay.over(seen.image, plan))
