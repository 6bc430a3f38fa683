"""The five slots of a frame, and the order in which they act. A mode is a filling of these slots."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from animator.diffusion.request import Diffuser, Request
from animator.plan import Plan
from animator.state import State


class Source(Protocol):
    """Where the picture that is redrawn comes from."""

    def picture(self, plan: Plan, state: State) -> Tensor | None:
        """The picture (3, H, W) to start from, or None: draw from the prompt alone."""


class Motion(Protocol):
    """How a picture moves from one frame to the next."""

    def move(self, picture: Tensor, plan: Plan) -> Tensor:
        """The picture as the plan's frame sees it (3, H, W)."""


class Filter(Protocol):
    """One step on the picture before or after it is drawn."""

    def apply(self, picture: Tensor, plan: Plan, state: State) -> Tensor:
        """The changed picture (3, H, W)."""


@dataclass(frozen=True)
class Pipeline:
    """What fills the slots for one film."""

    source: Source
    motion: Motion
    before: tuple[Filter, ...]
    diffuser: Diffuser
    after: tuple[Filter, ...]


def draw(pipeline: Pipeline, plan: Plan, state: State) -> Tensor:
    """The drawn picture (3, H, W) of a frame: source, motion, before, diffuser, after."""
    picture = pipeline.source.picture(plan, state)
    if picture is not None:
        picture = pipeline.motion.move(picture, plan)
        for step in pipeline.before:
            picture = step.apply(picture, plan, state)
    drawn = pipeline.diffuser.draw(Request.of(plan, picture))
    for step in pipeline.after:
        drawn = step.apply(drawn, plan, state)
    return drawn
