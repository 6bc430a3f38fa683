"""The second pass: an image enlarged, as a latent or as pixels, and generated over."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.generation.settings import ImageSettings
from animator.generation.upscale import enlarged, open_enlarger
from animator.images.image import from_uint8, to_uint8
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.latent_start import LatentResize, LatentStart
from animator.models.diffusion.one_at_a_time import hold
from animator.models.diffusion.request import (
    Control,
    Diffuser,
    GenerationRequest,
    LatentDiffuser,
    steps_run,
)
from schedules import PromptFrame

LATENT: Mapping[str, LatentResize] = {
    "latent": "bilinear",
    "latent antialiased": "bilinear antialiased",
    "latent bicubic": "bicubic",
    "latent bicubic antialiased": "bicubic antialiased",
    "latent nearest": "nearest",
    "latent nearest-exact": "nearest-exact",
}
"""Upscalers that enlarge the latent, by their names; A1111's have brackets around the last word."""


def latent_resize(upscaler: str) -> LatentResize | None:
    """Returns how an upscaler enlarges a latent; None for those that enlarge pixels."""
    return LATENT.get(upscaler.lower().replace("(", "").replace(")", "").strip())


def hires_size(settings: ImageSettings, size: tuple[int, int]) -> tuple[int, int]:
    """Returns the width and height of the second pass.

    Args:
        settings: The settings.
        size: Of the first pass.
    """
    if settings.hires.size is not None:
        return settings.hires.size
    scale = settings.hires.scale
    return math.floor(size[0] * scale + 0.5), math.floor(size[1] * scale + 0.5)


def latent_diffuser(diffuser: Diffuser, setting: str) -> LatentDiffuser:
    """Returns a diffuser whose latents can be had.

    Args:
        diffuser: Any diffuser.
        setting: The setting that needs it, for the message.

    Raises:
        ModelError: It has none.
    """
    if not all(callable(getattr(diffuser, name, None)) for name in ("generate_latent", "encode")):
        raise ModelError(f"{setting}: this model has no latents to resize; choose a way that resizes pixels")
    return cast(LatentDiffuser, diffuser)


@dataclass(frozen=True, eq=False)
class SecondPass:
    """The second pass of some settings.

    Attributes:
        settings: The settings.
        diffuser: The diffusion model.
        device: Device of the images.
        folders: The model folders.
        controls: ControlNet units at the second size.
        image_prompts: IP-Adapter units, with masks of that size.
    """

    settings: ImageSettings
    diffuser: Diffuser
    device: torch.device
    folders: tuple[Path, ...]
    controls: tuple[Control, ...]
    image_prompts: tuple[ImagePrompt, ...] = ()

    def starts(self, requests: Sequence[GenerationRequest]) -> list[GenerationRequest]:
        """Makes the first pass of requests, and returns the requests of the second.

        Raises:
            ModelError: The upscaler is not available, or the model has no latents.
        """
        resize = latent_resize(self.settings.hires.upscaler)
        if resize is None:
            return self._over_pixels(requests)
        source = latent_diffuser(self.diffuser, "hires.upscaler")
        with hold(self.diffuser):
            latents = [source.generate_latent(request) for request in requests]
        return [
            replace(self._second(request), image=None, latent=LatentStart(latent, resize))
            for request, latent in zip(requests, latents, strict=True)
        ]

    def _over_pixels(self, requests: Sequence[GenerationRequest]) -> list[GenerationRequest]:
        images = generate_batch(self.diffuser, requests, exact=self.settings.exact)
        size = hires_size(self.settings, requests[0].size)
        enlarger = open_enlarger(
            self.settings.hires.upscaler, requests[0].size, size, self.folders, self.device
        )

        def larger(image: Tensor) -> Tensor:
            return from_uint8(enlarged(to_uint8(image), size, enlarger), self.device)

        return [
            replace(self._second(request), image=larger(image), latent=None)
            for request, image in zip(requests, images, strict=True)
        ]

    def steps_run(self, first: GenerationRequest) -> int:
        """Returns the number of steps of the second pass over a first one."""
        second = replace(self._second(first), image=None, latent=LatentStart(torch.empty(0)))
        return steps_run(self.diffuser, second)

    def _second(self, request: GenerationRequest) -> GenerationRequest:
        """Returns the request of the second pass, without what it starts from."""
        hires = self.settings.hires
        prompt = request.prompt
        return replace(
            request,
            size=hires_size(self.settings, request.size),
            prompt=PromptFrame(hires.prompt or prompt.positive, hires.negative_prompt or prompt.negative),
            strength=hires.strength,
            steps=hires.steps or request.steps,
            sampler=hires.sampler or request.sampler,
            cfg_scale=request.cfg_scale if hires.cfg_scale is None else hires.cfg_scale,
            checkpoint=hires.model or request.checkpoint,
            controls=self.controls,
            image_prompts=self.image_prompts,
        )
