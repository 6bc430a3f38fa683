"""`FlowTrainee`: a flow-matching model as a training calls it, through its own diffusers pipeline."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.random import Generator
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.engine import Engine
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.flow_matching.network import Arguments
from animator.models.diffusion.flow_matching.together import form_of, join
from animator.training.finetune.groups import FlowSettings
from animator.training.finetune.trainee import Noised, computing_in

TEXTS_KEPT = 256
LEAST_SIGMA = 1e-3
"""Latents with less noise are not trained: of a thousand timesteps, this is the last one."""


@dataclass(frozen=True, eq=False)
class FlowTrainee:
    """A flow-matching model that is taught; see `Trainee`.

    Attributes:
        model: Generates images with it.
        device: The device.
        precision: What its networks compute in.
        settings: How noise levels are drawn, and the guidance scale.
        clip_skip: Layer of the text encoders.
    """

    model: FlowEngine
    device: torch.device
    precision: torch.dtype
    settings: FlowSettings
    clip_skip: int = 1
    _texts: LRUCache[str, Arguments] = field(default_factory=lambda: LRUCache(TEXTS_KEPT))

    @property
    def family(self) -> str:
        """The model's family."""
        return self.model.family.key

    @property
    def parts(self) -> Mapping[str, Any]:
        """The model's modules by diffusers' names."""
        return self.model.parts

    @property
    def autoencoder(self) -> Autoencoder:
        """The model's VAE."""
        return self.model.autoencoder

    def computing(self) -> AbstractContextManager[None]:
        """Has networks compute in the training's precision within a `with` block."""
        return computing_in(self.precision, self.device)

    def noised(self, clean: Tensor, epsilon: Tensor, positions: Tensor) -> Noised:
        """Returns latents (N, C, h, w) between image and noise, by positions (N,) in [0, 1)."""
        config = self.model.network.scheduler.config
        shift = self.settings.shift or (1.0 if config.use_dynamic_shifting else config.shift)
        sigmas = sigmas_at(positions, self.settings.timesteps, shift).to(self.device, torch.float32)
        wide = sigmas[:, None, None, None]
        latents = (1 - wide) * clean + wide * epsilon
        return Noised(latents, sigmas, sigmas * config.num_train_timesteps, epsilon, clean)

    def conditioning(self, prompts: Sequence[str]) -> Sequence[Arguments]:
        """Returns the arguments of the network for each prompt."""
        return [self._texts.get(prompt, partial(self._encoded, prompt)) for prompt in prompts]

    def scales(self, count: int, rng: Generator) -> None:
        """Returns None: the guidance scale of a training is a setting."""

    def target(self, noised: Noised, texts: Sequence[Arguments], scales: Tensor | None) -> Tensor:
        """Returns the velocities from image to noise (N, C, h, w)."""
        return noised.epsilon - noised.clean

    def predict(self, noised: Noised, texts: Sequence[Arguments], scales: Tensor | None = None) -> Tensor:
        """Returns the velocities that the network predicts (N, C, h, w), float32.

        Args:
            noised: The latents.
            texts: Arguments of each; those of one form are given to the network at once.
            scales: Has no effect.
        """
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for index, arguments in enumerate(texts):
            groups[form_of(arguments)].append(index)
        made: dict[int, Tensor] = {}
        for members in groups.values():
            velocities = self.model.network.velocity(
                noised.latents[members],
                noised.timesteps[members].tolist(),
                join([texts[index] for index in members]),
            )
            made |= zip(members, velocities, strict=True)
        return torch.stack([made[index] for index in range(len(texts))])

    def weights(self, noised: Noised, min_snr: float) -> Tensor:
        """Returns the weight of each latent in the loss (N,): all are alike."""
        return torch.ones_like(noised.sigmas)

    def engine(self, embeddings: Path) -> Engine:
        """Returns what generates images with the model as it is now."""
        for part in self.parts.values():
            part.eval()
        return self.model

    @torch.no_grad()
    def _encoded(self, prompt: str) -> Arguments:
        return self.model.prompts.alone(prompt, self.clip_skip, self.settings.guidance)


def sigmas_at(positions: Tensor, timesteps: str, shift: float) -> Tensor:
    """Returns amounts of noise in (0, 1) (N,), by where they are in their distribution.

    Args:
        positions: In [0, 1) (N,); uniform ones are distributed as the settings say.
        timesteps: `flow.timesteps`: "uniform", or "logit-normal" (Esser et al. 2024, equation 19).
        shift: Above 1, there is more noise (equation 23).
    """
    sigmas = positions
    if timesteps == "logit-normal":
        sigmas = torch.sigmoid(torch.special.ndtri(positions))
    shifted = shift * sigmas / (1 + (shift - 1) * sigmas)
    return shifted.clamp(min=LEAST_SIGMA)
