"""`FlowNetwork`: one call of a flow-matching network, through its own diffusers pipeline.

Pipelines differ in how they pack latents, pass texts and combine prompts. A pipeline that is given a single
step computes exactly that; its scheduler takes down the velocity. The steps themselves are ours, so samplers,
prompt editing, masks and noise mean the same as for all other models.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from inspect import unwrap
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
    timestep: float | Sequence[float] = 1000.0
    taken: tuple[Tensor, Tensor] | None = None

    @wraps(FlowMatchEulerDiscreteScheduler.set_timesteps)  # pipelines look at the names of its arguments
    def set_timesteps(self, *_: Any, device: Any = None, **__: Any) -> None:
        """Sets the one timestep, whatever was computed."""
        timesteps = torch.tensor([self.timestep], dtype=torch.float32)  # (1,), or (1, N) for N latents
        self.timesteps = to_device(timesteps, device or "cpu")
        self.sigmas = to_device(torch.tensor([self.sigma, 0.0], dtype=torch.float32), device or "cpu")

    def step(self, model_output: Tensor, timestep: Any, sample: Tensor, **_: Any) -> tuple[Tensor]:
        """Takes down the noised latents and the velocity, which leads from the image to the noise."""
        self.taken = (sample.to(torch.float32), model_output.to(torch.float32))
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
        sample, velocity = self._ask(latent, sigma, timestep, arguments)
        return unpack(sample - velocity * sigma, latent.shape, self.family)

    def velocity(self, latent: Tensor, timesteps: Sequence[float], arguments: Arguments) -> Tensor:
        """Returns the velocities (N, C, h, w), float32, that the network predicts, with their gradients.

        Args:
            latent: The noised latents (N, C, h, w).
            timesteps: Of each.
            arguments: Embeddings of N texts, and guidance scales.
        """
        _, velocity = self._ask(latent, 1.0, timesteps, arguments, unwrap(type(self.pipeline).__call__))
        return unpack(velocity, latent.shape, self.family)

    def _ask(
        self,
        latent: Tensor,
        sigma: float,
        timestep: float | Sequence[float],
        arguments: Arguments,
        call: Callable[..., Any] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Returns the noised latents as the pipeline takes them, and the velocities in that form."""
        step = self._step
        step.sigma, step.timestep, step.taken = sigma, timestep, None
        self._call(step, latent, {**arguments, "num_inference_steps": 1}, call)
        if step.taken is None:
            raise AssertionError("the pipeline made no step")
        taken, step.taken = step.taken, None  # its gradients are not kept
        return taken

    @cached_property
    def _step(self) -> _OneStep:
        """The scheduler of all steps; to make one takes longer than to reuse it."""
        step: _OneStep = _OneStep.from_config(self.scheduler.config)
        return step

    def _call(
        self,
        scheduler: Any,
        latent: Tensor,
        arguments: Arguments,
        call: Callable[..., Any] | None = None,
    ) -> None:
        """Calls the pipeline: without gradients, as it is; or as a function that has them."""
        height, width = latent.shape[2:]
        dtype = torch.float32 if self.family.takes_float32 else self.pipeline.transformer.dtype
        if self.pipeline.scheduler is not scheduler:
            self.pipeline.scheduler = scheduler
        (call or type(self.pipeline).__call__)(
            self.pipeline,
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
