"""Requests to the diffuser: the values of a plan, and the details that request steps add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from torch import Tensor

from animator.images.soft_edge import soft_edge
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.tuning import DeepShrink, FreeU, GuidanceTuning, Refiner
from animator.timeline.plan import DeepShrinkPlan, FreeUPlan, Plan


class RequestStep(Protocol):
    """Adds one detail to a generation request, such as a mask or control images.

    A step that makes every frame tile:

        @dataclass(frozen=True)
        class Tile:
            def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
                return replace(request, tiling=True)
    """

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """Returns the changed request."""


@dataclass(frozen=True, eq=False)
class Guidance:
    """Guides the film toward images by blending them in.

    Attributes:
        images: Path -> image (3, H, W), for every path in the plans.
    """

    images: Mapping[str, Tensor]

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """Returns the request with the guide image blended into its own, and the colors to keep.

        The film's first frame starts from the first guide image, so nothing is blended there.
        """
        if request.image is None or plan.frame == 0:
            return request
        image, guide = request.image, self.images[plan.guided.image]
        mixed = image.lerp(guide, plan.guided.share).clamp(0.0, 1.0)
        colors = image.lerp(guide, plan.guided.color_share).clamp(0.0, 1.0)
        return replace(request, image=mixed, colors=colors)


def build_request(
    request_steps: Sequence[RequestStep], plan: Plan, image: Tensor | None, revealed: Tensor | None = None
) -> GenerationRequest:
    """Returns the full request for a frame.

    Args:
        request_steps: Applied in order to the plan's own request.
        plan: Of the frame.
        image: (3, H, W) to start from; None generates from the prompt alone.
        revealed: (H, W), 1 where the image is only a fill, which is not to be kept; None for nowhere.
    """
    request = request_of(plan, image)
    if revealed is not None:
        request = replace(
            request,
            revealed=soft_edge(revealed, plan.motion.reveal_seam).unsqueeze(0),
            revealed_strength=plan.motion.reveal_strength,
        )
    for step in request_steps:
        request = step.apply(request, plan)
    return request


def request_of(plan: Plan, image: Tensor | None) -> GenerationRequest:
    """Returns the request with a plan's values, for an image (3, H, W) or from the prompt alone."""
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
        guidance=GuidanceTuning(
            rescale=settings.cfg_rescale,
            distilled=settings.distilled_cfg_scale or None,
            image=settings.image_cfg_scale,
        ),
        seed_resize=plan.seed_resize_from,
        refiner=Refiner(settings.refiner, settings.refiner_share) if settings.refiner else None,
        freeu=_freeu(plan.freeu),
        deep_shrink=_deep_shrink(plan.deep_shrink),
    )


def _freeu(plan: FreeUPlan) -> FreeU | None:
    """Returns the weights of a frame; None where it has no step with them."""
    if not plan.enabled or plan.start >= plan.end:
        return None
    return FreeU(plan.b1, plan.b2, plan.s1, plan.s2, plan.start, plan.end)


def _deep_shrink(plan: DeepShrinkPlan) -> DeepShrink | None:
    """Returns the smaller grid of a frame; None where it has no step on it."""
    if not plan.enabled or plan.start >= plan.end:
        return None
    return DeepShrink(plan.block, plan.factor, plan.start, plan.end)
