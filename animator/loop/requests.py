"""What the diffuser is asked for a frame: what its plan says, and details that steps add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from torch import Tensor

from animator.models.diffusion.request import GenerationRequest
from animator.timeline.plan import Plan


class RequestStep(Protocol):
    """One detail of what the diffuser is asked."""

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """The changed request."""


@dataclass(frozen=True, eq=False)
class Guidance:
    """Leads the film through images.

    Attributes:
        images: Path -> image (3, H, W), for every path that plans name.
    """

    images: Mapping[str, Tensor]

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """The request with the leading image mixed into its own, and the colors to keep.

        The film's first frame is drawn over the first image as it is.
        """
        if request.image is None or plan.frame == 0:
            return request
        led, lead = request.image, self.images[plan.guided.image]
        mixed = led.lerp(lead, plan.guided.share).clamp(0.0, 1.0)
        colors = led.lerp(lead, plan.guided.color_share).clamp(0.0, 1.0)
        return replace(request, image=mixed, colors=colors)


def build_request(
    request_steps: Sequence[RequestStep], plan: Plan, image: Tensor | None
) -> GenerationRequest:
    """What the diffuser is asked for a frame, over an image (3, H, W) or from the prompt alone."""
    request = request_of(plan, image)
    for ask in request_steps:
        request = ask.apply(request, plan)
    return request


def request_of(plan: Plan, image: Tensor | None) -> GenerationRequest:
    """The request that a plan makes, over an image (3, H, W) or from the prompt alone."""
    settings = plan.diffusion
    return GenerationRequest(
        frame=plan.frame,
        size=plan.size,
        image=image,
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
