"""`Trainee`: a model with a U-Net as a training calls it, from noised latents and prompts to predictions."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.prompts.encode import Conditioning, pad_context
from animator.models.diffusion.unet_model import UNetModel

TEXTS_KEPT = 1024
Vectors = Mapping[str, Sequence[Tensor]]
"""Vectors of the embeddings in prompts (count, width), one tensor per text encoder, by lower-case name."""


@dataclass(frozen=True, eq=False)
class Noised:
    """Latents with noise, and what belongs to them.

    Attributes:
        latents: (N, C, h, w), as the U-Net takes them.
        sigmas: Standard deviation of the noise of each (N,).
        timesteps: (N,).
        epsilon: The noise (N, C, h, w).
        clean: The latents without (N, C, h, w).
    """

    latents: Tensor
    sigmas: Tensor
    timesteps: Tensor
    epsilon: Tensor
    clean: Tensor


@dataclass(frozen=True, eq=False)
class Trainee:
    """A model that is taught.

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

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Has networks compute in the training's precision within a `with` block."""
        is_half = self.precision != torch.float32
        with torch.autocast(self.device.type, self.precision if is_half else torch.bfloat16, enabled=is_half):
            yield

    @property
    def timesteps(self) -> int:
        """Number of timesteps of the model's noise schedule."""
        return len(self.model.noise_schedule.sigmas)

    def noised(self, clean: Tensor, epsilon: Tensor, timesteps: Tensor) -> Noised:
        """Returns latents (N, C, h, w) with noise of their timesteps (N,)."""
        table = torch.from_numpy(self.model.noise_schedule.sigmas).to(torch.float32)
        sigmas = table[timesteps].to(self.device)
        wide = sigmas[:, None, None, None]
        latents = (clean + epsilon * wide) / (wide.square() + 1).sqrt()
        return Noised(latents, sigmas, timesteps.to(self.device), epsilon, clean)

    def target(self, noised: Noised) -> Tensor:
        """Returns what the U-Net should predict (N, C, h, w)."""
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
