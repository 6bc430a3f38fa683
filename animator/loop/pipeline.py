"""The slots of a frame, and the order in which they act. A mode is a filling of these slots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from animator.loop.color_anchor import ColorAnchorRule
from animator.loop.requests import RequestStep, build_request
from animator.loop.state import State
from animator.models.diffusion.request import Diffuser
from animator.timeline.plan import Plan

if TYPE_CHECKING:
    from animator.loop.tweens.tween import Tween


class Source(Protocol):
    """Where the image that is redrawn comes from."""

    def opening(self, plan: Plan) -> Tensor | None:
        """The image (3, H, W) that the first frame of a film is drawn over, as it is; None for none."""

    def image(self, plan: Plan, state: State) -> Tensor | None:
        """The image (3, H, W) to start from, or None: draw from the prompt alone."""


class Motion(Protocol):
    """How an image moves from one frame to the next."""

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The depth (H, W) of an image about to move, larger = nearer; None where depth plays no part.

        Args:
            image: (3, H, W), as it is before it moves.
            plan: Of the frame it moves to.
            last: What the last look gave, moved or not; None at the start of a film.
        """

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The image (3, H, W) moved by one or more frames, one after the other, and sampled once.

        Args:
            image: (3, H, W).
            plans: Of the frames to move by, at least one.
            depth: What a look at the image said.
        """


class Step(Protocol):
    """Changes the image before or after it is drawn."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the changed image (3, H, W), float32 RGB in [0, 1]."""


@dataclass(frozen=True)
class Pipeline:
    """What fills the slots for one film.

    Attributes:
        after_motion: Acts on the last image as soon as it has moved.
        over: Laid over the drawn image after all other steps; the tween lays it over the in-betweens.
        request_steps: Say more to the diffuser than the plan.
    """

    source: Source
    motion: Motion
    before: tuple[Step, ...]
    diffuser: Diffuser
    after: tuple[Step, ...]
    tween: "Tween"
    anchor: ColorAnchorRule
    after_motion: tuple[Step, ...] = ()
    over: tuple[Step, ...] = ()
    request_steps: tuple[RequestStep, ...] = ()


@dataclass(frozen=True, eq=False)
class Generated:
    """A drawn image.

    Attributes:
        image: (3, H, W).
        depth: (H, W), by which the image before it moved; None where depth plays no part.
        anchor: (3, H, W), whose colors the film keeps from here on.
    """

    image: Tensor
    depth: Tensor | None
    anchor: Tensor | None = None


def generate(pipeline: Pipeline, plans: Sequence[Plan], state: State) -> Generated:
    """The drawn image of a group: source, motion, arrival, before, diffuser, after, overlays.

    Args:
        pipeline: The filled slots.
        plans: From the frame after the state's image to the one that is drawn.
        state: What the last group left.
    """
    plan = plans[-1]
    depth, moved = state.depth, None
    image = pipeline.source.image(plan, state)
    if image is None:
        image = pipeline.source.opening(plan)
    elif plan.cut:
        image = depth = None
    else:
        depth = pipeline.motion.estimate_depth(image, plans[0], depth)
        moved = pipeline.motion.warp(image, plans, depth)
        moved = _through(pipeline.after_motion, moved, plan, state)
    state = replace(state, anchor=pipeline.anchor.for_frame(plan, state.anchor, moved))
    if moved is not None:
        image = _through(pipeline.before, moved, plan, state)
    drawn = pipeline.diffuser.generate(build_request(pipeline.request_steps, plan, image))
    drawn = _through((*pipeline.after, *pipeline.over), drawn, plan, state)
    return Generated(drawn, depth, pipeline.anchor.after_frame(plan, state.anchor, drawn))


def _through(steps: Sequence[Step], image: Tensor, plan: Plan, state: State) -> Tensor:
    for step in steps:
        image = step.apply(image, plan, state)
    return image
