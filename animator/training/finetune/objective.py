"""`Objective`: the loss of a step: noise is added to examples, and the model should find it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator, default_rng
from torch import Tensor

from animator.training.finetune.data.batches import Order
from animator.training.finetune.data.examples import Example
from animator.training.finetune.data.latents import LatentStore
from animator.training.finetune.data.prompts import Templates
from animator.training.finetune.groups import LossSettings
from animator.training.finetune.trainee import Trainee

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
        noised = self.trainee.noised(clean, self._noise(clean, rng), _positions(len(chosen), rng))
        with self.trainee.computing():
            texts = self.trainee.conditioning(prompts)
            scales = self.trainee.scales(len(chosen), rng)
            target = self.trainee.target(noised, texts, scales)
            predicted = self.trainee.predict(noised, texts, scales)
        errors = ((predicted - target).square() * weight).mean((1, 2, 3))
        return (errors * self.trainee.weights(noised, self.loss.min_snr)).mean()

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


def _positions(count: int, rng: Generator) -> Tensor:
    """Returns positions (N,) in [0, 1), one in each of N equal parts of it, for less gradient noise."""
    return torch.from_numpy((np.arange(count) + rng.random(count)) / count)


def _normal(shape: Sequence[int], rng: Generator) -> Tensor:
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    return torch.randn(tuple(shape), generator=generator)
