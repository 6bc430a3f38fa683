"""Redo: trial generations before the one that counts."""

from dataclasses import dataclass, replace

from torch import Tensor

from animator.loop.requests import RequestStep, build_request
from animator.loop.state import State
from animator.models.diffusion.one_at_a_time import generate_alone
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import warp_by_flow
from animator.timeline.plan import Plan
from schedules.seeds import derive_seed


@dataclass(frozen=True)
class Redo:
    """Generates the frame several times, each from the last result, with a seed of its own.

    Attributes:
        diffuser: The diffusion model.
        times: Number of trials.
        request_steps: Those of the film.
    """

    diffuser: Diffuser
    times: int
    request_steps: tuple[RequestStep, ...] = ()

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the last trial (3, H, W)."""
        for trial in range(self.times):
            request = build_request(self.request_steps, plan, image, state.revealed)
            image = _preview_generation(self.diffuser, request, f"redo {trial}")
        return image


@dataclass(frozen=True)
class FlowRedo:
    """Generates one trial and warps the image along the flow toward it.

    Attributes:
        diffuser: The diffusion model.
        flow: Estimates the flow.
        request_steps: Those of the film.
    """

    diffuser: Diffuser
    flow: FlowModel
    request_steps: tuple[RequestStep, ...] = ()

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the warped image (3, H, W)."""
        request = build_request(self.request_steps, plan, image, state.revealed)
        trial = _preview_generation(self.diffuser, request, "flow redo")
        return warp_by_flow(image, self.flow(image, trial), plan.diffusion.redo_flow_factor)


def _preview_generation(diffuser: Diffuser, request: GenerationRequest, stream: str) -> Tensor:
    """Returns a trial (3, H, W) of a request; its seed is derived from the frame's, so that it repeats."""
    seed = derive_seed(request.seed, request.frame, stream)
    return generate_alone(diffuser, replace(request, seed=seed))
