"""Steps that draw for trial before the drawing that counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from animator.loop.requests import RequestStep, build_request
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
        request_steps: What the film request_steps beyond the plan.
    """

    diffuser: Diffuser
    times: int
    request_steps: tuple[RequestStep, ...] = ()

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The last trial (3, H, W)."""
        for trial in range(self.times):
            image = _preview_generation(self.diffuser, self.request_steps, plan, image, f"redo {trial}")
        return image


@dataclass(frozen=True)
class FlowRedo:
    """Draws once for trial and moves the image along the flow towards the trial.

    Attributes:
        diffuser: The model that draws.
        flow: Estimates the flow.
        request_steps: What the film request_steps beyond the plan.
    """

    diffuser: Diffuser
    flow: FlowModel
    request_steps: tuple[RequestStep, ...] = ()

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) moved."""
        trial = _preview_generation(self.diffuser, self.request_steps, plan, image, "flow redo")
        return warp_by_flow(image, self.flow(image, trial), plan.diffusion.redo_flow_factor)


def _preview_generation(
    diffuser: Diffuser, request_steps: Sequence[RequestStep], plan: Plan, image: Tensor, stream: str
) -> Tensor:
    """A drawing (3, H, W) of the frame with a seed derived from the frame's own, so that it repeats."""
    request = build_request(request_steps, plan, image)
    return diffuser.generate(replace(request, seed=derive_seed(plan.seed, plan.frame, stream)))
