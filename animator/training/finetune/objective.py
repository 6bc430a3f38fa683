"""`Objective`: the loss of a step: noise is added to examples, and the model should find it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator, default_rng
from torch import Tensor

from animator.models.diffusion.prompts.encode import Conditioning
from animator.training.finetune.data.batches import Order
from animator.training.finetune.data.examples import Example
from animator.training.finetune.data.latents import LatentStore
from animator.training.finetune.data.prompts import Templates
from animator.training.finetune.groups import LossSettings
from animator.training.finetune.trainee import Noised, Trainee, snr_weights

LARGEST_SCALE = 12.0
"""Guidance scales of distilled models are drawn from 1 to this."""
_STREAM = 12
"""Separates its random numbers from others of the same seed."""


@dataclass(frozen=True, eq=False)
class Share:
    """Examples of one kind that are seen in every step.

    Attributes:
        order: Their batches.
        weight: Of their loss.
    """

    order: Order
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Objective:
    """The loss of a training.

    Attributes:
        trainee: The model.
        examples: All examples.
        latents: Their latents.
        templates: Make their prompts.
        shares: The instance images, and those of classes where there are any.
        loss: What is asked of the model.
        seed: Decides all random numbers, with the number of the batch.
        flips: Mirror half of the examples.
    """

    trainee: Trainee
    examples: Sequence[Example]
    latents: LatentStore
    templates: Templates
    shares: Sequence[Share]
    loss: LossSettings
    seed: int
    flips: bool

    def of(self, number: int) -> Tensor:
        """Returns the loss () of a batch, by its number from 0."""
        total = torch.zeros((), device=self.trainee.device)
        for index, share in enumerate(self.shares):
            rng = default_rng((_STREAM, self.seed, index, number))
            total = total + self._share(share.order.batch(number), rng) * share.weight
        return total

    def _share(self, chosen: Sequence[int], rng: Generator) -> Tensor:
        prompts = [self.templates.prompt(self.examples[index], rng) for index in chosen]
        clean, weight = self._latents(chosen, rng)
        noised = self.trainee.noised(clean, self._noise(clean, rng), self._timesteps(len(chosen), rng))
        with self.trainee.computing():
            texts = self.trainee.conditioning(prompts)
            scales = self._scales(len(chosen), rng)
            target = self._target(noised, texts, scales)
            predicted = self.trainee.predict(noised, texts, scales)
        errors = ((predicted - target).square() * weight).mean((1, 2, 3))
        return (errors * snr_weights(self.trainee.model.prediction, noised.sigmas, self.loss.min_snr)).mean()

    def _latents(self, chosen: Sequence[int], rng: Generator) -> tuple[Tensor, Tensor]:
        """Returns sampled latents (N, C, h, w) of examples, and the weight of their pixels (N, 1, h, w)."""
        flipped = rng.random(len(chosen)) < 0.5
        found = [
            self.latents.latent(index, is_flipped=self.flips and bool(flip))
            for index, flip in zip(chosen, flipped, strict=True)
        ]
        mean = torch.stack([one.mean for one in found])
        sampled = mean + torch.stack([one.spread for one in found]) * _normal(mean.shape, rng)
        device = self.trainee.device
        return sampled.to(device), torch.stack([one.weight for one in found]).to(device)

    def _noise(self, clean: Tensor, rng: Generator) -> Tensor:
        noise = _normal(clean.shape, rng)
        offset = _normal((*clean.shape[:2], 1, 1), rng)
        return (noise + offset * self.loss.noise_offset).to(self.trainee.device)

    def _timesteps(self, count: int, rng: Generator) -> Tensor:
        """Returns timesteps (N,), one in each of N equal parts of the range, for less gradient noise."""
        positions = (np.arange(count) + rng.random(count)) / count
        return torch.from_numpy((positions * self.trainee.timesteps).astype(np.int64))

    def _scales(self, count: int, rng: Generator) -> Tensor | None:
        """Returns guidance scales (N,) for a distilled model, half of them 1; None for others."""
        drawn, guided = rng.random(count), rng.random(count) < 0.5
        if not self.trainee.model.is_guidance_distilled:
            return None
        # Uniform in the square root: small scales are used more often.
        scales = (1 + (math.sqrt(LARGEST_SCALE) - 1) * drawn) ** 2
        return torch.from_numpy(np.where(guided, scales, 1.0)).to(torch.float32)

    def _target(self, noised: Noised, texts: Conditioning, scales: Tensor | None) -> Tensor:
        """Returns what should be predicted (N, C, h, w).

        A distilled model takes the guidance scale as an input. What it should predict at a scale follows from
        what it predicts itself at scale 1, with and without prompt (Tang et al. 2025, arXiv 2502.12154).
        """
        target = self.trainee.target(noised)
        if scales is None or not bool((scales > 1).any()):
            return target
        with torch.no_grad():
            empty = self.trainee.conditioning([""] * len(scales))
            repeats = texts.context.shape[1] // empty.context.shape[1]
            nothing = Conditioning(empty.context.repeat(1, repeats, 1), empty.pooled)
            direction = self.trainee.predict(noised, texts) - self.trainee.predict(noised, nothing)
        factors = (scales - 1).to(target.device)[:, None, None, None]
        return target + direction * factors


def _normal(shape: Sequence[int], rng: Generator) -> Tensor:
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    return torch.randn(tuple(shape), generator=generator)
