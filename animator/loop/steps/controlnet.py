"""`ControlNetUnits`: adds the control images of the film's ControlNet units to each request."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.loop.steps.frame_source import FrameSource
from animator.loop.steps.unit_images import open_images
from animator.masks.expression import EVERYWHERE
from animator.masks.sources import Masks
from animator.models.controlnet.preprocessors.find import Preprocessor, find_preprocessor
from animator.models.controlnet.preprocessors.kinds import KINDS
from animator.models.controlnet.preprocessors.networks import network_names
from animator.models.controlnet.preprocessors.open import Networks
from animator.models.controlnet.preprocessors.resize import resize_to
from animator.models.diffusion.request import Control, GenerationRequest
from animator.settings import Animation
from animator.settings.controlnet import FRAME, REFERENCE, ControlUnit
from animator.settings.inputs import mask_expressions
from animator.timeline.plan import ControlUnitPlan, Plan

MaskOf = Callable[[str, int, Tensor], Tensor]
"""Returns the mask (H, W) of an expression at a frame, words being segmented in an image (3, H, W)."""


@dataclass(frozen=True, eq=False)
class _Controls:
    """What a unit makes of an image of its source, each of the request's size.

    Attributes:
        image: The control image (3, H, W).
        source: The image itself (3, H, W).
    """

    image: Tensor
    source: Tensor


class ControlNetUnit:
    """Makes a unit's control images; the last one made from the source is cached."""

    def __init__(
        self,
        settings: ControlUnit,
        images: FrameSource | None,
        preprocess: Preprocessor,
        mask_of: MaskOf | None = None,
    ) -> None:
        """The unit of its settings.

        Args:
            settings: The unit's.
            images: Its source; None takes the image that is diffused.
            preprocess: Makes a control image of an image.
            mask_of: Evaluates its mask; None guides everywhere.
        """
        self._settings = settings
        self._images = images
        self._preprocess = preprocess
        self._mask_of = mask_of
        self._cache: LRUCache[int, _Controls] = LRUCache(1)

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
        controls = self._controls(request)
        if controls is None:
            return None
        is_reference, mask = self._settings.is_reference, None
        if not is_reference and self._mask_of is not None and plan.mask != EVERYWHERE:
            mask = self._mask_of(plan.mask, request.frame, controls.source).unsqueeze(0)
        return Control(
            weight=plan.weight,
            start=plan.guidance_start,
            end=plan.guidance_end,
            model="" if is_reference else self._settings.model,
            image=controls.image,
            control_mode="guess" if self._settings.guess_mode else self._settings.control_mode,
            mask=mask,
            fidelity=_fidelity(self._settings) if is_reference else None,
            task=self._settings.shows,
        )

    def _controls(self, request: GenerationRequest) -> _Controls | None:
        """Returns the control image with its source; None where there is no image to start from yet."""
        source = self._images
        if source is None:
            return None if request.image is None else self._of_image(request.image, request.size)
        return self._cache.get(request.frame, lambda: self._of_image(source.at(request.frame), request.size))

    def _of_image(self, image: Tensor, size: tuple[int, int]) -> _Controls:
        """Returns the control image of this width and height, with its source.

        The preprocessor gets the source's image in its own aspect ratio: bars around it would have edges and
        a depth.
        """
        resize_mode = self._settings.resize_mode
        source = resize_to(image, size, resize_mode)
        if self._settings.module in ("none", REFERENCE):
            return _Controls(source, source)
        own = image.shape[2], image.shape[1]
        control = self._preprocess(resize_to(image, self._working_size(own, size), "stretch"))
        return _Controls(resize_to(control, size, resize_mode), source)

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


def _fidelity(unit: ControlUnit) -> float:
    """Returns the style fidelity of a reference; as in A1111, a control mode that is not balanced decides."""
    by_mode = {"prompt": 0.0, "control": 1.0}
    (own,) = KINDS[REFERENCE].values((unit.threshold_a, None))
    return by_mode.get(unit.control_mode, own)


def units_of(
    animation: Animation,
    device: torch.device,
    networks: Networks,
    masks: Callable[[], Masks],
) -> tuple[ControlNetUnits, ...]:
    """Returns the request step of the film's units; empty if none is enabled.

    Args:
        animation: The settings.
        device: Where images live.
        networks: Opens the networks of preprocessors.
        masks: Opens the film's masks.

    Raises:
        UserError: A source, a mask or a network cannot be opened.
    """
    if not any(unit.enabled for unit in animation.controlnet):
        return ()
    settings = [setting for setting, text in mask_expressions(animation) if text != EVERYWHERE]
    mask_of = masks().at if any(setting.startswith("controlnet.") for setting in settings) else None

    def open_unit(unit: ControlUnit) -> ControlNetUnit:
        images = None if unit.source == FRAME else open_images(unit.source, unit, device)
        thresholds = unit.threshold_a, unit.threshold_b
        preprocess = find_preprocessor(unit.module, thresholds, networks, network_names(unit))
        return ControlNetUnit(unit, images, preprocess, mask_of)

    units = tuple(open_unit(unit) if unit.enabled else None for unit in animation.controlnet)
    return (ControlNetUnits(units),)
