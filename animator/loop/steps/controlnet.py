"""`ControlNetUnits`: adds the control images of the film's ControlNet units to each request."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.loop.steps.controlnet_sources import open_images
from animator.loop.steps.frame_source import FrameSource
from animator.models.controlnet.preprocessors.find import Preprocessor, find_preprocessor
from animator.models.controlnet.preprocessors.resize import resize_to
from animator.models.depth.model import DepthModel
from animator.models.diffusion.request import Control, GenerationRequest
from animator.settings import Animation
from animator.settings.controlnet import FRAME, ControlUnit
from animator.timeline.plan import ControlUnitPlan, Plan


class ControlNetUnit:
    """Makes a unit's control images; the last one made from the source is cached."""

    def __init__(self, settings: ControlUnit, images: FrameSource | None, preprocess: Preprocessor) -> None:
        """The unit of its settings.

        Args:
            settings: The unit's.
            images: Its source; None takes the image that is diffused.
            preprocess: Makes a control image of an image.
        """
        self._settings = settings
        self._images = images
        self._preprocess = preprocess
        self._cache: LRUCache[int, Tensor] = LRUCache(1)

    def control(self, plan: ControlUnitPlan, request: GenerationRequest) -> Control | None:
        """Returns the unit's control for a request; None if it does not act, and its source is not read.

        Args:
            plan: Its weight and its range of steps at the frame.
            request: The request for the frame.

        Raises:
            UserError: The source has no image for the frame.
        """
        if plan.weight == 0 or plan.guidance_start >= plan.guidance_end:
            return None
        image = self._image(request)
        if image is None:
            return None
        return Control(
            weight=plan.weight,
            start=plan.guidance_start,
            end=plan.guidance_end,
            model=self._settings.model,
            image=image,
            control_mode=self._settings.control_mode,
        )

    def _image(self, request: GenerationRequest) -> Tensor | None:
        """Returns the control image (3, H, W); None where there is no image to start from yet."""
        source = self._images
        if source is None:
            return None if request.image is None else self._control_image(request.image, request.size)
        return self._cache.get(
            request.frame, lambda: self._control_image(source.at(request.frame), request.size)
        )

    def _control_image(self, image: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the control image of this width and height.

        The preprocessor gets the source's image in its own aspect ratio: bars around it would have edges and
        a depth.
        """
        resize_mode = self._settings.resize_mode
        if self._settings.module != "none":
            own = image.shape[2], image.shape[1]
            image = self._preprocess(resize_to(image, self._working_size(own, size), "stretch"))
        return resize_to(image, size, resize_mode)

    def _working_size(self, own: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
        """Returns the size to preprocess at: as large as the image will be, or as the unit's settings say."""
        choose = min if self._settings.resize_mode == "pad" else max
        scale = choose(size[0] / own[0], size[1] / own[1])
        if self._settings.processor_res:
            scale = self._settings.processor_res / min(own)
        return max(1, round(own[0] * scale)), max(1, round(own[1] * scale))


@dataclass(frozen=True, eq=False)
class ControlNetUnits:
    """Adds the units' controls to each request; see `animator.loop.requests.RequestStep`.

    Attributes:
        units: In the film's order; None for one that is disabled.
    """

    units: tuple[ControlNetUnit | None, ...]

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """Returns the request with its controls."""
        pairs = zip(plan.controlnet, self.units, strict=True)
        controls = [unit.control(unit_plan, request) for unit_plan, unit in pairs if unit is not None]
        return replace(request, controls=tuple(control for control in controls if control is not None))


def units_of(
    animation: Animation, device: torch.device, depth: Callable[[], DepthModel]
) -> tuple[ControlNetUnits, ...]:
    """Returns the request step of the film's units; empty if none is enabled.

    Args:
        animation: The settings.
        device: Where images live.
        depth: Opens the depth network of units that need one.

    Raises:
        UserError: A source cannot be opened.
    """
    if not any(unit.enabled for unit in animation.controlnet):
        return ()

    def open_unit(unit: ControlUnit) -> ControlNetUnit:
        images = None if unit.source == FRAME else open_images(unit, device)
        return ControlNetUnit(
            unit, images, find_preprocessor(unit.module, (unit.threshold_a, unit.threshold_b), depth)
        )

    units = tuple(open_unit(unit) if unit.enabled else None for unit in animation.controlnet)
    return (ControlNetUnits(units),)
