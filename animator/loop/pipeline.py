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
    """Where the picture that is redrawn comes from."""

    def opening(self, plan: Plan) -> Tensor | None:
        """The picture (3, H, W) that the first frame of a film is drawn over, as it is; None for none."""

    def picture(self, plan: Plan, state: State) -> Tensor | None:
        """The picture (3, H, W) to start from, or None: draw from the prompt alone."""


class Motion(Protocol):
    """How a picture moves from one frame to the next."""

    def estimate_depth(self, picture: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The depth (H, W) of a picture about to move, larger = nearer; None where depth plays no part.

        Args:
            picture: (3, H, W), as it is before it moves.
            plan: Of the frame it moves to.
            last: What the last look gave, moved or not; None at the start of a film.
        """

    def warp(self, picture: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The picture (3, H, W) moved by one or more frames, one after the other, and sampled once.

        Args:
            picture: (3, H, W).
            plans: Of the frames to move by, at least one.
            depth: What a look at the picture said.
        """


class Step(Protocol):
    """Changes the picture before or after it is drawn."""

    def apply(self, picture: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the changed picture (3, H, W), float32 RGB in [0, 1]."""


@dataclass(frozen=True)
class Pipeline:
    """What fills the slots for one film.

    Attributes:
        after_motion: Acts on the last picture as soon as it has moved.
        over: Laid over the drawn picture after all other steps; the tween lays it over the in-betweens.
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
    """A drawn picture.

    Attributes:
        picture: (3, H, W).
        depth: (H, W), by which the picture before it moved; None where depth plays no part.
        anchor: (3, H, W), whose colours the film keeps from here on.
    """

    picture: Tensor
    depth: Tensor | None
    anchor: Tensor | None = None


def generate(pipeline: Pipeline, plans: Sequence[Plan], state: State) -> Generated:
    """The drawn picture of a group: source, motion, arrival, before, diffuser, after, overlays.

    Args:
        pipeline: The filled slots.
        plans: From the frame after the state's picture to the one that is drawn.
        state: What the last group left.
    """
    plan = plans[-1]
    depth, moved = state.depth, None
    picture = pipeline.source.picture(plan, state)
    if picture is None:
        picture = pipeline.source.opening(plan)
    elif plan.cut:
        picture = depth = None
    else:
        depth = pipeline.motion.estimate_depth(picture, plans[0], depth)
        moved = pipeline.motion.warp(picture, plans, depth)
        moved = _through(pipeline.after_motion, moved, plan, state)
    state = replace(state, anchor=pipeline.anchor.for_frame(plan, state.anchor, moved))
    if moved is not None:
        picture = _through(pipeline.before, moved, plan, state)
    drawn = pipeline.diffuser.generate(build_request(pipeline.request_steps, plan, picture))
    drawn = _through((*pipeline.after, *pipeline.over), drawn, plan, state)
    return Generated(drawn, depth, pipeline.anchor.after_frame(plan, state.anchor, drawn))


def _through(steps: Sequence[Step], picture: Tensor, plan: Plan, state: State) -> Tensor:
    for step in steps:
        picture = step.apply(picture, plan, state)
    return picture
