"""ControlNet units of images: their control images, preprocessed, in each request."""

from dataclasses import replace

import torch

from animator.generation.canvas import Canvas, open_image
from animator.generation.groups import ImageControl
from animator.generation.resolve import library_of
from animator.generation.settings import ImageSettings
from animator.images.image import image_of
from animator.loop.steps.controlnet import ControlNetUnit
from animator.loop.steps.frame_source import StillImage
from animator.masks.sources import mask_of_image
from animator.models.controlnet.preprocessors.find import find_preprocessor
from animator.models.controlnet.preprocessors.networks import network_names
from animator.models.controlnet.preprocessors.open import Networks
from animator.models.depth.model import DepthModel
from animator.models.depth.open_depth import open_depth
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.folders import model_folders
from animator.settings.controlnet import ControlUnit
from animator.timeline.plan import ControlUnitPlan


def controls_of(
    settings: ImageSettings, canvas: Canvas, request: GenerationRequest, device: torch.device
) -> tuple[Control, ...]:
    """Returns the ControlNet units of a request; they are the same for each image of the settings.

    Args:
        settings: The settings.
        canvas: What is generated over.
        request: A request for one of the images.
        device: Device of the images.

    Raises:
        UserError: A control image or a network is not available.
    """

    def open_network() -> DepthModel:
        return open_depth(settings.depth_model, device, folders=model_folders(settings.model_folders))

    # With a mask at full resolution the controls are cropped with the image, so they have its size.
    whole = replace(request, size=canvas.image_size, image=canvas.image)
    networks = Networks(device, library_of(settings.model_folders), open_network)
    made = (_control(unit, whole, networks, device) for unit in settings.controlnet)
    return tuple(control for control in made if control is not None)


def _control(
    unit: ImageControl, request: GenerationRequest, networks: Networks, device: torch.device
) -> Control | None:
    images = StillImage(image_of(open_image(unit.image), None, device)) if unit.image else None
    thresholds = unit.threshold_a, unit.threshold_b
    preprocess = find_preprocessor(unit.module, thresholds, networks, network_names(unit))
    settings = ControlUnit(
        model=unit.model,
        module=unit.module,
        control_mode=unit.control_mode,
        resize_mode=unit.resize,
        processor_res=unit.processor_res,
        guess_mode=unit.guess_mode,
        task=unit.task,
        threshold_a=unit.threshold_a,
        threshold_b=unit.threshold_b,
    )
    plan = ControlUnitPlan(weight=unit.weight, guidance_start=unit.start, guidance_end=unit.end)
    control = ControlNetUnit(settings, images, preprocess).control(plan, request)
    if control is None or unit.is_reference or not unit.mask:
        return control
    gray = open_image(unit.mask).convert("L")
    return replace(control, mask=mask_of_image(gray, request.size, device).unsqueeze(0))
