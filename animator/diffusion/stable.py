"""The diffuser on diffusers' own pipelines: text-to-image without a picture, image-to-image with one."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.diffusion.checkpoint import find_checkpoint
from animator.diffusion.loading import load_pipeline
from animator.diffusion.request import Request
from animator.diffusion.samplers import find_sampler
from animator.errors import AnimatorError


@dataclass(frozen=True, eq=False)
class StableDiffuser:
    """Draws with a Stable Diffusion checkpoint; build it with `open_diffuser`.

    Attributes:
        text_to_image: diffusers' pipeline that draws from the prompt.
        image_to_image: The same weights as a pipeline that redraws a picture.
        scheduler_config: The checkpoint's own noise schedule, from which samplers are made.
    """

    text_to_image: Any
    image_to_image: Any
    scheduler_config: Any

    def draw(self, request: Request) -> Tensor:
        """The drawn picture (3, H, W); see `Diffuser`.

        Raises:
            ModelError: The sampler is unknown.
            AnimatorError: The model gave numbers that are no picture.
        """
        scheduler = self._scheduler(request.sampler)
        common = {
            "prompt": request.prompt.positive,
            "negative_prompt": request.prompt.negative,
            "num_inference_steps": request.steps,
            "guidance_scale": request.cfg_scale,
            # On the CPU whatever the device, so that a seed means the same noise everywhere.
            "generator": torch.Generator("cpu").manual_seed(request.seed % 2**63),
            "output_type": "pt",
        }
        if request.picture is None:
            self.text_to_image.scheduler = scheduler
            width, height = request.size
            result = self.text_to_image(width=width, height=height, **common)
        else:
            self.image_to_image.scheduler = scheduler
            # diffusers runs int(steps * strength) steps; half a step more keeps rounding from losing one.
            denoise = min(1.0, (request.steps_run + 0.5) / request.steps)
            result = self.image_to_image(image=request.picture[None], strength=denoise, **common)
        return _picture(result.images[0], request)

    def _scheduler(self, name: str) -> Any:
        import diffusers

        sampler = find_sampler(name)
        return getattr(diffusers, sampler.scheduler).from_config(self.scheduler_config, **sampler.options)


def open_diffuser(model: str, device: torch.device) -> StableDiffuser:
    """The diffuser of a model name on a device: half precision on GPUs, single on CPUs.

    Raises:
        ModelError: The model is missing, broken or of a kind that cannot draw.
    """
    dtype = torch.float32 if device.type == "cpu" else torch.float16
    text_to_image = load_pipeline(find_checkpoint(model), device, dtype)
    from diffusers import AutoPipelineForImage2Image

    image_to_image = AutoPipelineForImage2Image.from_pipe(text_to_image)
    image_to_image.set_progress_bar_config(disable=True)
    return StableDiffuser(text_to_image, image_to_image, text_to_image.scheduler.config)


def _picture(drawn: Tensor, request: Request) -> Tensor:
    picture = drawn.to(torch.float32)
    if not bool(torch.isfinite(picture).all()):
        raise AnimatorError(
            f"frame {request.frame}: the model gave numbers that are no picture (NaN); "
            "try another sampler or more steps, a lower cfg_scale, or --device cpu for full precision"
        )
    return picture.clamp(0.0, 1.0).contiguous()
