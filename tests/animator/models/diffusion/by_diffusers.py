"""What diffusers' own ControlNet pipelines draw of a text, and the same drawing as a request."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.request import Control, GenerationRequest
from schedules import PromptFrame

PROMPT, NEGATIVE = "a red cat", "blurry"
STEPS, SCALE = 6, 4.0
_ADDS_NO_WATERMARK = ("StableDiffusionXLAdapterPipeline",)


def drawn_by_diffusers(folder: Path, kind: str, nets: Any, image: Any, seed: int, **guiding: Any) -> Tensor:
    """The image (3, 64, 64) of diffusers' ControlNet pipeline.

    Args:
        folder: Diffusers folder of the model.
        kind: "sd1" or "sdxl".
        nets: diffusers' ControlNets.
        image: Their control images.
        seed: Of the noise.
        guiding: Scales and steps of the ControlNets.
    """
    name = {"sd1": "StableDiffusionControlNetPipeline", "sdxl": "StableDiffusionXLControlNetPipeline"}[kind]
    return drawn_by(name, folder, seed, {"controlnet": nets}, image=image, **guiding)


def drawn_by(name: str, folder: Path, seed: int, networks: Mapping[str, Any], **guiding: Any) -> Tensor:
    """The image (3, 64, 64) of one of diffusers' pipelines.

    Args:
        name: Of the pipeline.
        folder: Diffusers folder of the model.
        seed: Of the noise.
        networks: Networks besides the model's, by their names in the pipeline.
        guiding: Its other arguments.
    """
    import diffusers

    quiet = {"add_watermarker": False} if "XL" in name else {"safety_checker": None}
    if name in _ADDS_NO_WATERMARK:
        quiet = {}
    pipeline = getattr(diffusers, name).from_pretrained(str(folder), **networks, **quiet)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = diffusers.EulerDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="linspace"
    )
    drawn = pipeline(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        width=64,
        height=64,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        latents=torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(seed)),
        output_type="pt",
        **guiding,
    )
    image = torch.as_tensor(drawn.images[0])
    return image.permute(2, 0, 1) if image.shape[-1] == 3 else image  # some return what others call np


def asked_alike(request: GenerationRequest, *controls: Control) -> GenerationRequest:
    """The request for the same drawing, with these units."""
    return replace(
        request,
        image=None,
        prompt=PromptFrame(PROMPT, NEGATIVE),
        steps=STEPS,
        sampler="Euler Uniform",
        cfg_scale=SCALE,
        controls=controls,
    )
