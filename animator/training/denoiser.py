"""Training of the U-Net and the text encoder: v-prediction on latents of several sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as nnf
from transformers import CLIPTokenizer

from animator.training.compute import Compute
from animator.training.networks import CHANNELS, noise_schedule
from animator.training.prompts import augment_caption, token_ids

_STREAM = 2  # separates its random numbers from those of the other stages
_TIMESTEPS = 1000
_MEASURED, _MEASURED_BATCH = 128, 32  # held-out latents


@dataclass(frozen=True)
class SizeShare:
    """Steps of one size: the side of their latents and their batch size."""

    side: int
    batch: int


@dataclass(frozen=True, eq=False)
class Examples:
    """Latents and captions by the side of the latents.

    Attributes:
        latents: (2, N, 4, side, side) each: as they are, and mirrored.
        captions: N captions each.
    """

    latents: Mapping[int, Tensor]
    captions: Mapping[int, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and held-out examples, and the tokenizer of their captions.

    Attributes:
        examples: Training examples.
        held_out: Examples to evaluate on.
        tokenizer: Tokenizer of the captions.
        favored: Phrases whose examples are sampled once more per entry; a phrase listed three times makes
            its examples four times as frequent.
    """

    examples: Examples
    held_out: Examples
    tokenizer: CLIPTokenizer
    favored: tuple[str, ...] = ()

    def sampling_indices(self, side: int) -> NDArray[np.int64]:
        """Returns indices of the examples of a side for uniform sampling; favored ones are repeated."""
        captions = self.examples.captions[side]
        repeated = [i for phrase in self.favored for i, caption in enumerate(captions) if phrase in caption]
        return np.concatenate([np.arange(len(captions)), np.array(repeated, np.int64)])


@dataclass(frozen=True, eq=False)
class Batch:
    """Latents, their noise and timesteps, and the tokens of their captions."""

    clean: Tensor
    noise: Tensor
    timesteps: Tensor
    tokens: Tensor


class DenoiserTask:
    """Training task of the denoiser: U-Net and text encoder."""

    def __init__(
        self, networks: nn.ModuleDict, dataset: Dataset, size_mix: Sequence[SizeShare], compute: Compute
    ) -> None:
        """Initializes the task.

        Args:
            networks: `unet` and `text_encoder`, trained in place.
            dataset: Latents and captions.
            size_mix: Latent side and batch size of the steps, in turn.
            compute: Device and precision.
        """
        for network in networks.values():
            compute.prepare(network)
        self.networks, self.size_mix = networks, tuple(size_mix)
        self._tokenizer = dataset.tokenizer
        self._examples, self._held_out = dataset.examples, dataset.held_out
        self._indices = {share.side: dataset.sampling_indices(share.side) for share in size_mix}
        self.compute, self._schedule = compute, noise_schedule()

    def loss(self, step: int) -> Tensor:
        """Returns the mean squared error () of the predicted v."""
        batch = self.batch(step)
        predicted = self.predict(self.networks, batch)
        return nnf.mse_loss(predicted.float(), self.target(batch))

    def batch(self, step: int) -> Batch:
        """Returns the batch of a step."""
        rng, share = self.compute.rng(_STREAM, step), self.size_mix[step % len(self.size_mix)]
        latents, captions = self._examples.latents[share.side], self._examples.captions[share.side]
        indices = self._indices[share.side]
        chosen = indices[rng.integers(0, len(indices), share.batch)]
        mirrored = torch.from_numpy(rng.integers(0, 2, share.batch))
        clean = latents[mirrored.to(latents.device), torch.from_numpy(chosen).to(latents.device)]
        prompts = [augment_caption(captions[index], rng) for index in chosen]
        device = self.compute.device
        return Batch(
            clean.to(device).float(),
            self.compute.noise(rng, (share.batch, CHANNELS, share.side, share.side)),
            _stratified_timesteps(rng, share.batch).to(device),
            token_ids(self._tokenizer, prompts).to(device),
        )

    def empty_tokens(self, count: int) -> Tensor:
        """Returns the tokens (count, 77) of the empty prompt."""
        return token_ids(self._tokenizer, [""] * count).to(self.compute.device)

    def add_noise(self, batch: Batch) -> Tensor:
        """Returns the latents with noise of their timesteps."""
        noisy: Tensor = self._schedule.add_noise(batch.clean, batch.noise, batch.timesteps)
        return noisy.contiguous(memory_format=torch.channels_last)

    def target(self, batch: Batch) -> Tensor:
        """Returns v, which the U-Net should predict."""
        velocity: Tensor = self._schedule.get_velocity(batch.clean, batch.noise, batch.timesteps)
        return velocity

    def predict(self, networks: nn.ModuleDict, batch: Batch, scale: Tensor | None = None) -> Tensor:
        """Returns v as the networks predict it; `scale` (N, width) is the embedded cfg_scale, if any."""
        with self.compute.autocast(batch.clean.shape[-1]):
            context = networks["text_encoder"](batch.tokens).last_hidden_state
            velocity: Tensor = networks["unet"](
                self.add_noise(batch), batch.timesteps, context, timestep_cond=scale, return_dict=False
            )[0]
        return velocity

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """Returns `held_out_<side>`, the mean squared error on held-out latents over all timesteps."""
        return {f"held_out_{side}": self._error(networks, side) for side in sorted(self._held_out.latents)}

    def held_out_batch(self, side: int, first: int, count: int) -> Batch:
        """Returns a fixed batch of held-out examples; all batches together cover the range of timesteps."""
        total = min(_MEASURED, self._held_out.latents[side].shape[1])
        rng = default_rng((_STREAM, side, first))
        index = torch.arange(first, min(first + count, total))
        device = self.compute.device
        captions = [self._held_out.captions[side][int(i)] for i in index]
        return Batch(
            self._held_out.latents[side][0, first : first + count][: len(index)].to(device).float(),
            self.compute.noise(rng, (len(index), CHANNELS, side, side)),
            (index * (_TIMESTEPS - 1) // max(1, total - 1)).to(device),
            token_ids(self._tokenizer, captions).to(device),
        )

    def _error(self, networks: nn.ModuleDict, side: int) -> float:
        errors = []
        for first in range(0, min(_MEASURED, self._held_out.latents[side].shape[1]), _MEASURED_BATCH):
            batch = self.held_out_batch(side, first, _MEASURED_BATCH)
            difference = self.predict(networks, batch).float() - self.target(batch)
            errors.append(difference.square().mean((1, 2, 3)))
        return float(torch.cat(errors).mean())


def _stratified_timesteps(rng: Generator, count: int) -> Tensor:
    """Returns timesteps (count), one in each of `count` equal parts of the range, for less gradient noise."""
    positions = (torch.arange(count) + torch.from_numpy(rng.random(count))) / count
    return (positions * _TIMESTEPS).long().clamp(max=_TIMESTEPS - 1)
