"""`FlowNetwork`: one call of a flow-matching network, through its own diffusers pipeline.

Pipelines differ in how they pack latents, pass texts and combine prompts. A pipeline that is given a single
step computes exactly that; its scheduler takes down the velocity. The steps themselves are ours, so samplers,
prompt editing, masks and noise mean the same as for all other models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from torch import Tensor

from animator.images.side_stream import to_device
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.flow_matching.schedule import FlowSchedule, schedule_of

Arguments = Mapping[str, Any]
"""Keyword arguments of a pipeline: embeddings and guidance scales."""


class _OneStep(FlowMatchEulerDiscreteScheduler):  # type: ignore[misc]  # diffusers has no types
    """A scheduler of one step, which takes down what the network predicts instead of making it."""

    sigma = 1.0
    timestep = 1000.0
    denoised: Tensor | None = None

    @wraps(FlowMatchEulerDiscreteScheduler.set_timesteps)  # pipelines look at the names of its arguments
    def set_timesteps(self, *_: Any, device: Any = None, **__: Any) -> None:
        """Sets the one timestep, whatever was computed."""
        self.timesteps = to_device(torch.tensor([self.timestep], dtype=torch.float32), device or "cpu")
        self.sigmas = to_device(torch.tensor([self.sigma, 0.0], dtype=torch.float32), device or "cpu")

    def step(self, model_output: Tensor, timestep: Any, sample: Tensor, **_: Any) -> tuple[Tensor]:
        """Takes down the denoised latent; the velocity leads from the image to the noise."""
        self.denoised = sample.to(torch.float32) - model_output.to(torch.float32) * self.sigma
        return (sample,)


@dataclass(frozen=True, eq=False)
class FlowNetwork:
    """A flow-matching network.

    Attributes:
        family: Its family.
        pipeline: Its pipeline, without text encoders and VAE; only this network calls it.
        scheduler: The scheduler that the model came with.
        factor: Pixels per latent pixel and side.
    """

    family: FlowFamily
    pipeline: Any
    scheduler: Any
    factor: int

    def schedule(self, shape: tuple[int, ...], steps: int, arguments: Arguments) -> FlowSchedule:
        """Returns the noise levels of a full generation.

        Args:
            shape: Of its latent (1, C, h, w).
            steps: Number of steps.
            arguments: Any that the pipeline accepts.
        """
        latent = torch.zeros(shape, device=self.pipeline.transformer.device)

        def ask(scheduler: Any) -> None:
            self._call(scheduler, latent, {**arguments, "num_inference_steps": steps})

        return schedule_of(ask, self.scheduler)

    def denoise(self, latent: Tensor, sigma: float, timestep: float, arguments: Arguments) -> Tensor:
        """Returns the denoised latents (N, C, h, w), float32, that the network estimates.

        Args:
            latent: The noised latents (N, C, h, w).
            sigma: Their sigma, in (0, 1].
            timestep: The timestep of that sigma.
            arguments: Embeddings of N texts, and guidance scales.
        """
        step = self._step
        step.sigma, step.timestep, step.denoised = sigma, timestep, None
        self._call(step, latent, {**arguments, "num_inference_steps": 1})
        if step.denoised is None:
            raise AssertionError("the pipeline made no step")
        return unpack(step.denoised, latent.shape, self.family)

    @cached_property
    def _step(self) -> _OneStep:
        """The scheduler of all steps; to make one takes longer than to reuse it."""
        step: _OneStep = _OneStep.from_config(self.scheduler.config)
        return step

    def _call(self, scheduler: Any, latent: Tensor, arguments: Arguments) -> None:
        height, width = latent.shape[2:]
        dtype = torch.float32 if self.family.takes_float32 else self.pipeline.transformer.dtype
        if self.pipeline.scheduler is not scheduler:
            self.pipeline.scheduler = scheduler
        self.pipeline(
            latents=pack(latent, self.family).to(dtype),
            width=width * self.factor,
            height=height * self.factor,
            output_type="latent",
            **self.family.arguments,
            **arguments,
        )


def pack(latent: Tensor, family: FlowFamily) -> Tensor:
    """Returns latents (N, C, h, w) as a family's pipeline takes them."""
    if family.latents == "image" or family.patch == 1:
        return latent
    count, channels, height, width = latent.shape
    side = family.patch
    patches = latent.reshape(count, channels, height // side, side, width // side, side)
    return patches.permute(0, 2, 4, 1, 3, 5).reshape(
        count, height // side * (width // side), channels * side * side
    )


def unpack(latent: Tensor, shape: tuple[int, ...], family: FlowFamily) -> Tensor:
    """Returns latents as a family's network has them as (N, C, h, w), of this shape."""
    if family.latents == "image":
        return latent
    count, channels, height, width = shape
    side = family.patch
    patches = latent.reshape(count, height // side, width // side, channels, side, side)
    return patches.permute(0, 3, 1, 4, 2, 5).reshape(shape)
