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
from animator.training.prompts import token_ids, varied

_STREAM = 2  # keeps its chance apart from the other stages'
_TIMESTEPS = 1000
_MEASURED, _MEASURED_AT_ONCE = 128, 32


@dataclass(frozen=True)
class SizeShare:
    """Latents of one side and how many of them make a step."""

    side: int
    batch: int


@dataclass(frozen=True, eq=False)
class Examples:
    """Latents by their side, each (2, N, 4, side, side): as they are and mirrored; and their N captions."""

    latents: Mapping[int, Tensor]
    captions: Mapping[int, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Dataset:
    """What is learnt from, what is measured on, and how captions become tokens.

    Attributes:
        examples: Learnt from.
        held_out: Measured on.
        tokenizer: Of the captions.
        favored: An example is learnt once more for each of these that its caption has; a word that stands
            here three times makes it four times as often.
    """

    examples: Examples
    held_out: Examples
    tokenizer: CLIPTokenizer
    favored: tuple[str, ...] = ()

    def places(self, side: int) -> NDArray[np.int64]:
        """The examples of a side to choose from evenly: favored ones stand there more than once."""
        captions = self.examples.captions[side]
        again = [i for word in self.favored for i, caption in enumerate(captions) if word in caption]
        return np.concatenate([np.arange(len(captions)), np.array(again, np.int64)])


@dataclass(frozen=True, eq=False)
class Batch:
    """Noisy latents and what they are asked for."""

    clean: Tensor
    noise: Tensor
    timesteps: Tensor
    tokens: Tensor


class DenoiserTask:
    """The denoiser as a training task."""

    def __init__(
        self, networks: nn.ModuleDict, material: Dataset, size_mix: Sequence[SizeShare], compute: Compute
    ) -> None:
        """The task.

        Args:
            networks: `unet` and `text_encoder`, trained in place.
            material: Latents and captions.
            size_mix: What a step is made of, in turn.
            compute: Device and precision.
        """
        for network in networks.values():
            compute.ready(network)
        self.networks, self.size_mix = networks, tuple(size_mix)
        self._tokenizer = material.tokenizer
        self._examples, self._held_out = material.examples, material.held_out
        self._places = {portion.side: material.places(portion.side) for portion in size_mix}
        self.compute, self._schedule = compute, noise_schedule()

    def loss(self, step: int) -> Tensor:
        """Mean squared error of the predicted v."""
        batch = self.batch(step)
        predicted = self.predicted(self.networks, batch)
        return nnf.mse_loss(predicted.float(), self.target(batch))

    def batch(self, step: int) -> Batch:
        """The examples of a step."""
        rng, portion = self.compute.chance(_STREAM, step), self.size_mix[step % len(self.size_mix)]
        held = self._examples.latents[portion.side]
        places = self._places[portion.side]
        chosen = places[rng.integers(0, len(places), portion.batch)]
        mirrored = torch.from_numpy(rng.integers(0, 2, portion.batch))
        clean = held[mirrored.to(held.device), torch.from_numpy(chosen).to(held.device)]
        known = self._examples.captions[portion.side]
        captions = [varied(known[index], rng) for index in chosen]
        device = self.compute.device
        return Batch(
            clean.to(device).float(),
            self.compute.noise(rng, (portion.batch, CHANNELS, portion.side, portion.side)),
            _spread(rng, portion.batch).to(device),
            token_ids(self._tokenizer, captions).to(device),
        )

    def empty_tokens(self, count: int) -> Tensor:
        """The tokens (count, 77) of the empty prompt."""
        return token_ids(self._tokenizer, [""] * count).to(self.compute.device)

    def noisy(self, batch: Batch) -> Tensor:
        """The latents with their noise."""
        noised: Tensor = self._schedule.add_noise(batch.clean, batch.noise, batch.timesteps)
        return noised.contiguous(memory_format=torch.channels_last)

    def target(self, batch: Batch) -> Tensor:
        """v: what the U-Net should say."""
        velocity: Tensor = self._schedule.get_velocity(batch.clean, batch.noise, batch.timesteps)
        return velocity

    def predicted(self, networks: nn.ModuleDict, batch: Batch, scale: Tensor | None = None) -> Tensor:
        """What the networks say; `scale` (N, width) is the embedded cfg_scale where they take it."""
        with self.compute.running(batch.clean.shape[-1]):
            context = networks["text_encoder"](batch.tokens).last_hidden_state
            answer: Tensor = networks["unet"](
                self.noisy(batch), batch.timesteps, context, timestep_cond=scale, return_dict=False
            )[0]
        return answer

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """`held_out_<side>`: the mean squared error on held-out latents at evenly spread timesteps."""
        return {f"held_out_{side}": self._error(networks, side) for side in sorted(self._held_out.latents)}

    def held_out_batch(self, side: int, first: int, count: int) -> Batch:
        """Examples that are always the same, of timesteps that together cover the whole range."""
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
        for first in range(0, min(_MEASURED, self._held_out.latents[side].shape[1]), _MEASURED_AT_ONCE):
            batch = self.held_out_batch(side, first, _MEASURED_AT_ONCE)
            wrong = self.predicted(networks, batch).float() - self.target(batch)
            errors.append(wrong.square().mean((1, 2, 3)))
        return float(torch.cat(errors).mean())


def _spread(rng: Generator, count: int) -> Tensor:
    """Timesteps (count), one in each of as many equal parts of the range: less noise in the gradient."""
    places = (torch.arange(count) + torch.from_numpy(rng.random(count))) / count
    return (places * _TIMESTEPS).long().clamp(max=_TIMESTEPS - 1)
