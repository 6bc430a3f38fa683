"""`ControlNetUnits`: what the film's ControlNet units say to the diffuser about each frame."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.loop.steps.controlnet_sources import open_images
from animator.loop.steps.frame_source import FrameSource
from animator.models.controlnet.preprocessors import Preprocessor, fitted, preprocessor_of
from animator.models.depth.model import DepthModel
from animator.models.diffusion.request import Control, GenerationRequest
from animator.settings import Animation
from animator.settings.controlnet import FRAME, ControlUnit
from animator.timeline.plan import ControlUnitPlan, Plan


class ControlNetUnit:
    """A unit's control images; the last one made from the source is kept."""

    def __init__(self, settings: ControlUnit, images: FrameSource | None, module: Preprocessor) -> None:
        """The unit of its settings.

        Args:
            settings: The unit's.
            images: Its source; None takes the image being redrawn.
            module: What is made of an image.
        """
        self._settings = settings
        self._images = images
        self._module = module
        self._kept: LRUCache[int, Tensor] = LRUCache(1)

    def control(self, share: ControlUnitPlan, request: GenerationRequest) -> Control | None:
        """What it does in a drawing; None for nothing, and then its source is not read.

        Args:
            share: Its weight and its share of the steps at the frame.
            request: The drawing.

        Raises:
            UserError: The source has no image for the frame.
        """
        if share.weight == 0 or share.guidance_start >= share.guidance_end:
            return None
        image = self._image(request)
        if image is None:
            return None
        return Control(
            weight=share.weight,
            start=share.guidance_start,
            end=share.guidance_end,
            model=self._settings.model,
            image=image,
            control_mode=self._settings.control_mode,
        )

    def _image(self, request: GenerationRequest) -> Tensor | None:
        """The control image (3, H, W); None where nothing is redrawn yet."""
        source = self._images
        if source is None:
            return None if request.image is None else self._made(request.image, request.size)
        return self._kept.get(request.frame, lambda: self._made(source.at(request.frame), request.size))

    def _made(self, image: Tensor, size: tuple[int, int]) -> Tensor:
        """The control image of this width and height.

        The module sees the source's image in its own shape: bars around it would have edges and a depth.
        """
        how = self._settings.resize_mode
        if self._settings.module != "none":
            own = image.shape[2], image.shape[1]
            image = self._module(fitted(image, self._working_size(own, size), "stretch"))
        return fitted(image, size, how)

    def _working_size(self, own: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
        """The size at which the module works: as large as the image will be, or as the unit says."""
        choose = min if self._settings.resize_mode == "pad" else max
        scale = choose(size[0] / own[0], size[1] / own[1])
        if self._settings.processor_res:
            scale = self._settings.processor_res / min(own)
        return max(1, round(own[0] * scale)), max(1, round(own[1] * scale))


@dataclass(frozen=True, eq=False)
class ControlNetUnits:
    """Says to the diffuser what the film's units want; see `animator.loop.requests.Ask`.

    Attributes:
        units: In the film's order; None for one that is off.
    """

    units: tuple[ControlNetUnit | None, ...]

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """The request with its control images."""
        pairs = zip(plan.controlnet, self.units, strict=True)
        controls = [unit.control(share, request) for share, unit in pairs if unit is not None]
        return replace(request, controls=tuple(control for control in controls if control is not None))


def units_of(
    animation: Animation, device: torch.device, depth: Callable[[], DepthModel]
) -> tuple[ControlNetUnits, ...]:
    """The film's units; empty where none is on.

    Args:
        animation: The settings.
        device: Where images live.
        depth: Gives the depth network of units that need one.

    Raises:
        UserError: A source cannot be had.
    """
    if not any(unit.enabled for unit in animation.controlnet):
        return ()

    def opened(unit: ControlUnit) -> ControlNetUnit:
        path = unit.source != FRAME
        images = open_images(unit, device) if path else None
        return ControlNetUnit(
            unit, images, preprocessor_of(unit.module, (unit.threshold_a, unit.threshold_b), depth)
        )

    return (ControlNetUnits(tuple(opened(unit) if unit.enabled else None for unit in animation.controlnet)),)
