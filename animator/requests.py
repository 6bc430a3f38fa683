"""What the diffuser is asked for a frame: what its plan says, and details that steps add."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from animator.diffusion.request import GenerationRequest
from animator.plan import Plan


class Ask(Protocol):
    """One detail of what the diffuser is asked."""

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """The changed request."""


def asked(asks: Sequence[Ask], plan: Plan, picture: Tensor | None) -> GenerationRequest:
    """What the diffuser is asked for a frame, over a picture (3, H, W) or from the prompt alone."""
    request = request_of(plan, picture)
    for ask in asks:
        request = ask.apply(request, plan)
    return request


def request_of(plan: Plan, picture: Tensor | None) -> GenerationRequest:
    """The request that a plan makes, over a picture (3, H, W) or from the prompt alone."""
    settings = plan.diffusion
    return GenerationRequest(
        frame=plan.frame,
        size=plan.size,
        picture=picture,
        prompt=plan.prompt,
        strength=settings.strength,
        steps=settings.steps,
        cfg_scale=settings.cfg_scale,
        sampler=settings.sampler,
        seed=plan.seed,
        subseed=settings.subseed,
        subseed_strength=settings.subseed_strength,
        noise_multiplier=settings.noise_multiplier,
        clip_skip=settings.clip_skip,
        ddim_eta=settings.ddim_eta,
        ancestral_eta=settings.ancestral_eta,
        checkpoint=settings.checkpoint,
    )
