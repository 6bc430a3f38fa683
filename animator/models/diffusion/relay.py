"""`Relay`: one model denoises the first steps, another one takes over for the last."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from torch import Tensor

from animator.models.diffusion.samplers.sampler import Denoise
from animator.models.diffusion.samplers.sigmas import step_of

Engine = TypeVar("Engine")


class Relay(Generic[Engine]):
    """A model as a sampler calls it, that changes on the way."""

    def __init__(
        self,
        engine: Engine,
        denoise: Denoise,
        sigmas: Sequence[float],
        step: int | None = None,
        take_over: Callable[[], tuple[Engine, Denoise]] | None = None,
    ) -> None:
        """Starts with the first model.

        Args:
            engine: The first model's engine.
            denoise: The first model.
            sigmas: Of the steps that run; both models call the same noise by the same sigma.
            step: The step that the second model begins with.
            take_over: Opens the second model, at that step; None where there is none.
        """
        self.engine = engine
        self._denoise = denoise
        self._sigmas = sigmas
        self._step = step
        self._take_over = take_over

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latent that the model of this step estimates."""
        if self._take_over is not None and step_of(self._sigmas, sigma) >= (self._step or 0):
            self.engine, self._denoise = self._take_over()
            self._take_over = None
        return self._denoise(x, sigma)
