"""Training of the autoencoder on crops of images."""

import copy
import math
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.training.compute import Compute
from animator.training.data import Images
from animator.training.networks import FACTOR

_STREAM = 1  # keeps its chance apart from the other stages'
_MARGIN = 10  # pixels at a crop's inner edge that are not judged: its surroundings are missing there
_NOISE = 0.03  # on latents, so that small errors of the denoiser do not show
_STAY = 0.3  # weight of staying near the encoder that it began with
_MEASURED = 64  # held-out images


class AutoencoderTask:
    """The autoencoder as a training task; what of it asks for no gradients stays as it is."""

    def __init__(
        self,
        autoencoder: AutoencoderTiny,
        images: tuple[Images, Images],
        compute: Compute,
        batch: int,
    ) -> None:
        """The task.

        Args:
            autoencoder: Trained in place.
            images: What it learns from, and what it is measured on.
            compute: Device and precision.
            batch: Crops of a step.
        """
        self.networks = nn.ModuleDict({"vae": autoencoder})
        for part in (autoencoder.encoder, autoencoder.decoder):  # called one by one, so made ready one by one
            compute.ready(part)
        self._first = copy.deepcopy(autoencoder.encoder).requires_grad_(requires_grad=False)
        self._images, self._held_out = images
        self.compute, self._batch = compute, batch

    def loss(self, step: int) -> Tensor:
        """Error of colors and edges, and of moved latents."""
        rng = self.compute.chance(_STREAM, step)
        crops, inner = self._crops(rng)
        vae: Any = self.networks["vae"]
        with self.compute.running(crops.shape[-1] // FACTOR):
            latents = vae.encoder(crops)
            noisy = latents + _NOISE * self.compute.noise(rng, tuple(latents.shape))
            drawn = vae.decoder(noisy)
            with torch.no_grad():
                first = self._first(crops)
        loss = _error(drawn.float()[inner], crops[inner])
        return loss + _STAY * nnf.mse_loss(latents.float(), first.float())

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """`psnr` in dB: mean over held-out images."""
        return {"psnr": psnr(networks["vae"], self._held_out, self.compute.device, _MEASURED)}

    def _crops(self, rng: Generator) -> tuple[Tensor, tuple[slice, ...]]:
        """Crops (batch, 3, side, side) in [-1, 1], and the part of them that is judged.

        In half of the batches all crops touch the same border of their images, so that the zeros around a
        image are learnt.
        """
        side = min(12 * FACTOR, self._images.size)
        room = (self._images.size - side) // FACTOR
        borders = rng.integers(0, 3, 2) if rng.random() < 0.5 else np.ones(2, np.int64)
        crops = []
        for _ in range(self._batch):
            image = self._images.image(int(rng.integers(len(self._images))))
            places = [(0, int(rng.integers(room + 1)), room)[border] * FACTOR for border in borders]
            crop = image[places[0] : places[0] + side, places[1] : places[1] + side]
            crops.append(crop[:, ::-1] if borders[1] == 1 and rng.random() < 0.5 else crop)
        judged = [slice(0 if b == 0 else _MARGIN, None if b == 2 else -_MARGIN) for b in borders]
        return to_tensor(np.stack(crops), self.compute.device), (slice(None), slice(None), *judged)


def to_tensor(images: np.ndarray, device: torch.device) -> Tensor:
    """Images uint8 (N, H, W, 3) as (N, 3, H, W) in [-1, 1]."""
    tensor = torch.from_numpy(np.array(images)).to(device).permute(0, 3, 1, 2)
    return (tensor.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def psnr(vae: Any, images: Images, device: torch.device, count: int) -> float:
    """Mean peak signal-to-noise ratio in dB of the first `count` images after coding, at 256 levels."""
    ratios: list[float] = []
    for batch in images.batches(4):
        image = to_tensor(batch, device)
        drawn = vae.decoder(vae.encoder(image)).float().clamp(-1, 1)
        drawn = ((drawn + 1) * 127.5).round() / 127.5 - 1
        errors = (drawn - image).square().mean((1, 2, 3)).clamp(min=1e-10)
        ratios += [10 * math.log10(4 / error.item()) for error in errors]
        if len(ratios) >= count:
            break
    return math.fsum(ratios[:count]) / len(ratios[:count])


def _error(drawn: Tensor, image: Tensor) -> Tensor:
    difference = drawn - image
    edges = difference.diff(dim=-1).abs().mean() + difference.diff(dim=-2).abs().mean()
    return 0.5 * difference.abs().mean() + 3 * difference.square().mean() + 0.35 * edges
