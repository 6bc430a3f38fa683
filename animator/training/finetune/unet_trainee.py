"""`UNetTrainee`: a model with a U-Net as a training calls it."""

import copy
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.errors import ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.engine import Engine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.encode import Conditioning, pad_context
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_model import UNetModel
from animator.training.finetune.trainee import Noised, Vectors, computing_in

TEXTS_KEPT = 1024
LARGEST_SCALE = 12.0
"""Guidance scales of distilled models are drawn from 1 to this."""


@dataclass(frozen=True, eq=False)
class UNetTrainee:
    """A model with a U-Net that is taught; see `Trainee`.

    Attributes:
        model: Its components, on the device.
        device: The device.
        precision: What its networks compute in.
        clip_skip: Layer of the text encoders.
        vectors: Embeddings that prompts may name.
        trains_texts: True where text encoders or vectors change, and prompts are encoded anew each time.
    """

    model: UNetModel
    device: torch.device
    precision: torch.dtype
    clip_skip: int = 1
    vectors: Vectors = field(default_factory=dict)
    trains_texts: bool = False
    _texts: LRUCache[str, Conditioning] = field(default_factory=lambda: LRUCache(TEXTS_KEPT))

    @property
    def family(self) -> str:
        """The model's family."""
        return self.model.family

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
        """Returns latents (N, C, h, w) with noise of timesteps at positions (N,) in [0, 1)."""
        table = torch.from_numpy(self.model.noise_schedule.sigmas).to(torch.float32)
        timesteps = (positions * len(table)).long()
        sigmas = table[timesteps].to(self.device)
        wide = sigmas[:, None, None, None]
        latents = (clean + epsilon * wide) / (wide.square() + 1).sqrt()
        return Noised(latents, sigmas, timesteps.to(self.device), epsilon, clean)

    def scales(self, count: int, rng: Generator) -> Tensor | None:
        """Returns guidance scales (N,) for a distilled model, half of them 1; None for others."""
        drawn, guided = rng.random(count), rng.random(count) < 0.5
        if not self.model.is_guidance_distilled:
            return None
        # Uniform in the square root: small scales are used more often.
        scales = (1 + (math.sqrt(LARGEST_SCALE) - 1) * drawn) ** 2
        return torch.from_numpy(np.where(guided, scales, 1.0)).to(torch.float32)

    def target(self, noised: Noised, texts: Conditioning, scales: Tensor | None) -> Tensor:
        """Returns what should be predicted (N, C, h, w).

        A distilled model takes the guidance scale as an input. What it should predict at a scale follows from
        what it predicts itself at scale 1, with and without prompt (Tang et al. 2025, arXiv 2502.12154).
        """
        target = self._own_target(noised)
        if scales is None or not bool((scales > 1).any()):
            return target
        with torch.no_grad():
            empty = self.conditioning([""] * len(scales))
            repeats = texts.context.shape[1] // empty.context.shape[1]
            nothing = Conditioning(empty.context.repeat(1, repeats, 1), empty.pooled)
            direction = self.predict(noised, texts) - self.predict(noised, nothing)
        factors = (scales - 1).to(target.device)[:, None, None, None]
        return target + direction * factors

    def weights(self, noised: Noised, min_snr: float) -> Tensor:
        """Returns the weight of each example in the loss (N,)."""
        return snr_weights(self.model.prediction, noised.sigmas, min_snr)

    def engine(self, embeddings: Path) -> Engine:
        """Returns what generates images, with a copy of the VAE: that of an engine is changed for speed."""
        options = LoadOptions(library=Library((embeddings,)), precision="fp32")
        vae = replace(self.autoencoder, model=copy.deepcopy(self.autoencoder.model))
        return UNetEngine(replace(self.model, autoencoder=vae), options, self.device, _no_refiner)

    def _own_target(self, noised: Noised) -> Tensor:
        """Returns what the U-Net should predict without guidance (N, C, h, w)."""
        if self.model.prediction == "epsilon":
            return noised.epsilon
        if self.model.prediction == "sample":
            return noised.clean
        sigmas = noised.sigmas[:, None, None, None]
        return (noised.epsilon - noised.clean * sigmas) / (sigmas.square() + 1).sqrt()

    def conditioning(self, prompts: Sequence[str]) -> Conditioning:
        """Returns the conditioning of prompts: contexts (N, T, width) of equal length."""
        encoded = [self._encoded(prompt) for prompt in prompts]
        longest = max(one.context.shape[1] for one in encoded)
        if any(one.context.shape[1] != longest for one in encoded):
            empty = self._encoded("")
            encoded = [pad_context(one, longest, empty) for one in encoded]
        pooled = [one.pooled for one in encoded if one.pooled is not None]
        return Conditioning(
            torch.cat([one.context for one in encoded]), torch.cat(pooled) if pooled else None
        )

    def predict(self, noised: Noised, texts: Conditioning, scales: Tensor | None = None) -> Tensor:
        """Returns the U-Net's prediction (N, C, h, w), float32.

        Args:
            noised: The latents.
            texts: Their conditioning.
            scales: Guidance scale of each (N,), for a model that takes it; None for 1.
        """
        count, _, height, width = noised.latents.shape
        added = None
        pixels = (width * self.model.autoencoder.factor, height * self.model.autoencoder.factor)
        times = self.model.sizes(pixels, self.device, torch.float32)
        if times is not None:
            added = {"text_embeds": texts.pooled, "time_ids": times.expand(count, -1)}
        output = self.model.unet(
            noised.latents.contiguous(memory_format=torch.channels_last),
            noised.timesteps.to(torch.float32),
            texts.context,
            added_cond_kwargs=added,
            timestep_cond=self._scale_embedding(scales, count),
            return_dict=False,
        )[0]
        return torch.as_tensor(output).to(torch.float32)

    def _scale_embedding(self, scales: Tensor | None, count: int) -> Tensor | None:
        if not self.model.is_guidance_distilled:
            return None
        values = [1.0] * count if scales is None else scales.tolist()
        rows = [self.model.scale_embedding(value, self.device, torch.float32) for value in values]
        return torch.cat([row for row in rows if row is not None])

    def _encoded(self, prompt: str) -> Conditioning:
        if self.trains_texts:
            return self._encode(prompt)
        with torch.no_grad():
            return self._texts.get(prompt, lambda: self._encode(prompt))

    def _encode(self, prompt: str) -> Conditioning:
        return self.model.encoders.encode_to_train(prompt, self.vectors, self.clip_skip)


def _no_refiner(name: str) -> Engine:
    raise ModelError(f"model {name}: previews of a training have no refiner")


def snr_weights(prediction: str, sigmas: Tensor, limit: float) -> Tensor:
    """Returns the weight of each example in the loss (N,) (Hang et al. 2023, equation 5).

    Args:
        prediction: Prediction type of the model.
        sigmas: (N,).
        limit: Of the signal-to-noise ratio; 0 weights all alike.
    """
    if not limit:
        return torch.ones_like(sigmas)
    ratio = sigmas.clamp(min=1e-4).square().reciprocal()
    limited = ratio.clamp(max=limit)
    divisors: Mapping[str, Any] = {
        "epsilon": ratio,
        "v_prediction": ratio + 1,
        "sample": torch.ones_like(ratio),
    }
    return torch.as_tensor(limited / divisors[prediction])
