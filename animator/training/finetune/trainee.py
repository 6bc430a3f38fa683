"""`Trainee`: a model as a training calls it, from noised latents and prompts to predictions."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from numpy.random import Generator
from torch import Tensor

from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.engine import Engine

Vectors = Mapping[str, Sequence[Tensor]]
"""Vectors of the embeddings in prompts (count, width), one tensor per text encoder, by lower-case name."""


@dataclass(frozen=True, eq=False)
class Noised:
    """Latents with noise, and what belongs to them.

    Attributes:
        latents: (N, C, h, w), as the network takes them.
        sigmas: Amount of noise in each (N,).
        timesteps: (N,).
        epsilon: The noise (N, C, h, w).
        clean: The latents without (N, C, h, w).
    """

    latents: Tensor
    sigmas: Tensor
    timesteps: Tensor
    epsilon: Tensor
    clean: Tensor


class Trainee(Protocol):
    """A model that is taught. What prompts become is its own matter."""

    @property
    def family(self) -> str:
        """The model's family, a key of `identify.FAMILY_NAMES`."""
        ...

    @property
    def device(self) -> torch.device:
        """The device."""
        ...

    @property
    def parts(self) -> Mapping[str, Any]:
        """Its modules by diffusers' names."""
        ...

    @property
    def autoencoder(self) -> Autoencoder:
        """Its VAE."""
        ...

    def computing(self) -> AbstractContextManager[None]:
        """Has networks compute in the training's precision within a `with` block."""
        ...

    def noised(self, clean: Tensor, epsilon: Tensor, positions: Tensor) -> Noised:
        """Returns latents with noise.

        Args:
            clean: The latents (N, C, h, w).
            epsilon: The noise (N, C, h, w).
            positions: Where in the range of noise levels each is, in [0, 1) (N,).
        """
        ...

    def conditioning(self, prompts: Sequence[str]) -> Any:
        """Returns what prompts become, as `predict` takes it."""
        ...

    def scales(self, count: int, rng: Generator) -> Tensor | None:
        """Returns guidance scales (N,) at which a distilled model is trained; None for others."""
        ...

    def target(self, noised: Noised, texts: Any, scales: Tensor | None) -> Tensor:
        """Returns what should be predicted (N, C, h, w)."""
        ...

    def predict(self, noised: Noised, texts: Any, scales: Tensor | None = None) -> Tensor:
        """Returns what the network predicts (N, C, h, w), float32."""
        ...

    def weights(self, noised: Noised, min_snr: float) -> Tensor:
        """Returns the weight of each latent in the loss (N,)."""
        ...

    def engine(self, embeddings: Path) -> Engine:
        """Returns what generates images with the model as it is now; its modules may change by that.

        Args:
            embeddings: Folder in which a trained embedding is found by its name.
        """
        ...


@contextmanager
def computing_in(precision: torch.dtype, device: torch.device) -> Iterator[None]:
    """Has networks compute in a precision within a `with` block."""
    is_half = precision != torch.float32
    with torch.autocast(device.type, precision if is_half else torch.bfloat16, enabled=is_half):
        yield
