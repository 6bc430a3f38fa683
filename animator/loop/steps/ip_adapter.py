"""`IPAdapterUnits`: adds the images that a film follows by IP-Adapters to each request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.loop.steps.frame_source import FrameSource
from animator.masks.expression import EVERYWHERE
from animator.masks.sources import Masks
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.request import GenerationRequest
from animator.settings.controlnet import FRAME
from animator.timeline.plan import IPAdapterPlan, Plan

_KEPT = 8
"""Images of videos and folders that are kept: a frame that is generated twice asks for its own again."""


class IPAdapterUnit:
    """Makes the image prompts of a unit."""

    def __init__(
        self,
        adapter: AdapterName,
        images: Mapping[int, tuple[str, ...]],
        sources: Mapping[str, FrameSource],
        masks: Masks,
    ) -> None:
        """The unit of its settings.

        Args:
            adapter: The adapter.
            images: Names of the images by the frame of their key.
            sources: Their sources by name; none for `frame`.
            masks: Evaluates mask expressions.
        """
        self._adapter = adapter
        self._images = images
        self._sources = sources
        self._masks = masks
        self._cache: LRUCache[tuple[str, int], Tensor] = LRUCache(_KEPT)

    def prompts(self, plan: IPAdapterPlan, request: GenerationRequest) -> tuple[ImagePrompt, ...]:
        """Returns the unit's prompts for a request: two while images fade, none where it does not act.

        Args:
            plan: Its values at the frame.
            request: The request for the frame.

        Raises:
            UserError: A video or folder has no image for the frame, or a mask cannot be made.
        """
        if plan.weight == 0 or plan.guidance_start >= plan.guidance_end:
            return ()
        shares = {plan.key_before: 1 - plan.share, plan.key: plan.share}
        prompts = [
            self._prompt(plan, request, self._images[key], share) for key, share in shares.items() if share
        ]
        return tuple(prompt for prompt in prompts if prompt is not None)

    def _prompt(
        self, plan: IPAdapterPlan, request: GenerationRequest, names: tuple[str, ...], share: float
    ) -> ImagePrompt | None:
        """Returns the prompt of some images; None where there is none of them yet."""
        images = [image for name in names if (image := self._image(name, request)) is not None]
        if not images:
            return None
        return ImagePrompt(
            adapter=self._adapter,
            images=tuple(images),
            weight=plan.weight * share,
            start=plan.guidance_start,
            end=plan.guidance_end,
            mask=self._mask(plan.mask, request, images[0]),
        )

    def _image(self, name: str, request: GenerationRequest) -> Tensor | None:
        if name == FRAME:
            return request.image
        source = self._sources[name]
        return self._cache.get((name, request.frame), lambda: source.at(request.frame))

    def _mask(self, text: str, request: GenerationRequest, like: Tensor) -> Tensor | None:
        """Returns the mask (1, H, W) of an expression; words are looked for in the frame's input."""
        if text.strip() == EVERYWHERE:
            return None
        width, height = request.size
        image = like.new_zeros((3, height, width)) if request.image is None else request.image
        return self._masks.at(text, request.frame, image).unsqueeze(0)


@dataclass(frozen=True, eq=False)
class IPAdapterUnits:
    """Adds the units' prompts to each request; see `animator.loop.requests.RequestStep`.

    Attributes:
        units: In the film's order; None for one that is disabled.
    """

    units: tuple[IPAdapterUnit | None, ...]

    @torch.no_grad()
    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """Returns the request with its image prompts."""
        pairs = zip(plan.ip_adapter, self.units, strict=True)
        prompts = [unit.prompts(unit_plan, request) for unit_plan, unit in pairs if unit is not None]
        return replace(request, image_prompts=tuple(prompt for own in prompts for prompt in own))
