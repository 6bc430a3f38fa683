"""Schedulers of flow-matching models that begin in the middle, and whose steps can be watched."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

Report = Callable[[int, Tensor], None]
"""Gets the number of a step and its denoised latent, as the pipeline has it."""


def dynamic_shift(config: Any, shape: tuple[int, ...]) -> float:
    """Returns the shift (mu) of the sigmas for a latent of this shape."""
    from diffusers.pipelines.flux.pipeline_flux import calculate_shift

    return float(
        calculate_shift(
            shape[2] * shape[3] // 4,
            config.get("base_image_seq_len", 256),
            config.get("max_image_seq_len", 4096),
            config.get("base_shift", 0.5),
            config.get("max_shift", 1.15),
        )
    )


def watched_from(scheduler: Any, skipped: int, report: Report | None) -> Any:
    """Returns a scheduler like this one that skips the first steps, and reports those that it makes.

    Args:
        scheduler: A flow-matching scheduler.
        skipped: Number of steps that are skipped.
        report: Is called with the number of each step and its denoised latent, as the pipeline has it.
    """

    class SkippedStart(type(scheduler)):  # type: ignore[misc]  # the class is known only here
        def set_timesteps(
            self,
            num_inference_steps: int | None = None,
            device: Any = None,
            sigmas: Any = None,
            mu: float | None = None,
            timesteps: Any = None,
        ) -> None:
            super().set_timesteps(num_inference_steps, device, sigmas, mu, timesteps)
            for name in ("timesteps", "sigmas"):
                setattr(self, name, getattr(self, name)[skipped:])

        def step(self, model_output: Tensor, timestep: Any, sample: Tensor, **kwargs: Any) -> Any:
            stepped = super().step(model_output, timestep, sample, **kwargs)
            if report is not None:
                index = self.step_index - 1
                # The velocity leads from the image to the noise: x = (1 - sigma) image + sigma noise.
                report(index, sample - self.sigmas[index] * model_output)
            return stepped

    return SkippedStart.from_config(scheduler.config)
