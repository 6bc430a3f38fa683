"""Steps that draw for trial before the drawing that counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from animator.loop.requests import Ask, asked
from animator.loop.state import State
from animator.models.diffusion.request import Diffuser
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import warp_by_flow
from animator.timeline.plan import Plan
from schedules.seeds import derive_seed


@dataclass(frozen=True)
class Redo:
    """Draws the frame a few times, each over the last drawing, with seeds of their own.

    Attributes:
        diffuser: The model that draws.
        times: How often.
        asks: What the film asks beyond the plan.
    """

    diffuser: Diffuser
    times: int
    asks: tuple[Ask, ...] = ()

    def apply(self, picture: Tensor, plan: Plan, state: State) -> Tensor:
        """The last trial (3, H, W)."""
        for trial in range(self.times):
            picture = _trial(self.diffuser, self.asks, plan, picture, f"redo {trial}")
        return picture


@dataclass(frozen=True)
class FlowRedo:
    """Draws once for trial and moves the picture along the flow towards the trial.

    Attributes:
        diffuser: The model that draws.
        flow: Estimates the flow.
        asks: What the film asks beyond the plan.
    """

    diffuser: Diffuser
    flow: FlowModel
    asks: tuple[Ask, ...] = ()

    def apply(self, picture: Tensor, plan: Plan, state: State) -> Tensor:
        """The picture (3, H, W) moved."""
        trial = _trial(self.diffuser, self.asks, plan, picture, "flow redo")
        return warp_by_flow(picture, self.flow(picture, trial), plan.diffusion.redo_flow_factor)


def _trial(diffuser: Diffuser, asks: Sequence[Ask], plan: Plan, picture: Tensor, stream: str) -> Tensor:
    """A drawing (3, H, W) of the frame with a seed derived from the frame's own, so that it repeats."""
    request = asked(asks, plan, picture)
    return diffuser.draw(replace(request, seed=derive_seed(plan.seed, plan.frame, stream)))
