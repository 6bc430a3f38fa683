"""What diffusers' own ControlNet pipelines draw of a text, and the same drawing as a request."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.request import Control, GenerationRequest
from schedules import PromptFrame

PROMPT, NEGATIVE = "a red cat", "blurry"
STEPS, SCALE = 6, 4.0


def drawn_by_diffusers(folder: Path, kind: str, nets: Any, image: Any, seed: int, **guiding: Any) -> Tensor:
    """The image (3, 64, 64) of diffusers' pipeline.

    Args:
        folder: Diffusers folder of the model.
        kind: "sd1" or "sdxl".
        nets: diffusers' ControlNets.
        image: Their control images.
        seed: Of the noise.
        guiding: Scales and steps of the ControlNets.
    """
    import diffusers

    name = {"sd1": "StableDiffusionControlNetPipeline", "sdxl": "StableDiffusionXLControlNetPipeline"}[kind]
    pipeline = getattr(diffusers, name).from_pretrained(
        str(folder),
        controlnet=nets,
        **({"safety_checker": None} if kind == "sd1" else {"add_watermarker": False}),
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = diffusers.EulerDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="linspace"
    )
    drawn = pipeline(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        image=image,
        width=64,
        height=64,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        latents=torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(seed)),
        output_type="pt",
        **guiding,
    )
    return torch.as_tensor(drawn.images[0])


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
