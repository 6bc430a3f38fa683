"""Filters that draw for trial before the drawing that counts."""

from dataclasses import dataclass, replace

from torch import Tensor

from animator.diffusion.request import Diffuser, Request
from animator.flow.model import FlowModel
from animator.flow.warp import warp_by_flow
from animator.plan import Plan
from animator.state import State
from schedules.seeds import derive

SEEDS = 2**32


@dataclass(frozen=True)
class Redo:
    """Draws the frame a few times, each over the last drawing, with seeds of their own.

    Attributes:
        diffuser: The model that draws.
        times: How often.
    """

    diffuser: Diffuser
    times: int

    def apply(self, picture: Tensor, plan: Plan, state: State) -> Tensor:
        """The last trial (3, H, W)."""
        for trial in range(self.times):
            picture = draw_trial(self.diffuser, plan, picture, f"redo {trial}")
        return picture


@dataclass(frozen=True)
class FlowRedo:
    """Draws once for trial and moves the picture along the flow towards the trial.

    Attributes:
        diffuser: The model that draws.
        flow: Estimates the flow.
    """

    diffuser: Diffuser
    flow: FlowModel

    def apply(self, picture: Tensor, plan: Plan, state: State) -> Tensor:
        """The picture (3, H, W) moved."""
        trial = draw_trial(self.diffuser, plan, picture, "flow redo")
        return warp_by_flow(picture, self.flow(picture, trial), plan.diffusion.redo_flow_factor)


def draw_trial(diffuser: Diffuser, plan: Plan, picture: Tensor, stream: str) -> Tensor:
    """A drawing (3, H, W) of the frame with a seed derived from the frame's own, so that it repeats."""
    request = Request.of(plan, picture)
    return diffuser.draw(replace(request, seed=derive(plan.seed, plan.frame, stream) % SEEDS))
