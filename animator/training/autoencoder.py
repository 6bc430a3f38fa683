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

_STREAM = 1  # separates its random numbers from those of the other stages
_MARGIN = 10  # pixels at a crop's inner edge that the loss skips: the decoder lacks their surroundings
_NOISE = 0.03  # deviation of the noise on latents, so that small errors of the denoiser do not show
_ENCODER_WEIGHT = 0.3  # of the loss that keeps the encoder near its initial weights
_MEASURED = 64  # held-out images


class AutoencoderTask:
    """Training task of the autoencoder; parameters without gradients stay fixed."""

    def __init__(
        self,
        autoencoder: AutoencoderTiny,
        images: tuple[Images, Images],
        compute: Compute,
        batch: int,
    ) -> None:
        """Initializes the task.

        Args:
            autoencoder: Trained in place.
            images: Training images and held-out images.
            compute: Device and precision.
            batch: Crops per step.
        """
        self.networks = nn.ModuleDict({"vae": autoencoder})
        for part in (autoencoder.encoder, autoencoder.decoder):  # each is called on its own
            compute.prepare(part)
        self._initial_encoder = copy.deepcopy(autoencoder.encoder).requires_grad_(requires_grad=False)
        self._images, self._held_out = images
        self.compute, self._batch = compute, batch

    def loss(self, step: int) -> Tensor:
        """Returns the loss () of a step: errors of colors and edges, and drift of the latents."""
        rng = self.compute.rng(_STREAM, step)
        crops, inner = self._crops(rng)
        vae: Any = self.networks["vae"]
        with self.compute.autocast(crops.shape[-1] // FACTOR):
            latents = vae.encoder(crops)
            noisy = latents + _NOISE * self.compute.noise(rng, tuple(latents.shape))
            decoded = vae.decoder(noisy)
            with torch.no_grad():
                initial = self._initial_encoder(crops)
        loss = _error(decoded.float()[inner], crops[inner])
        return loss + _ENCODER_WEIGHT * nnf.mse_loss(latents.float(), initial.float())

    @torch.no_grad()
    def measure(self, networks: nn.ModuleDict) -> dict[str, float]:
        """Returns `psnr`, the mean over held-out images in dB."""
        return {"psnr": psnr(networks["vae"], self._held_out, self.compute.device, _MEASURED)}

    def _crops(self, rng: Generator) -> tuple[Tensor, tuple[slice, ...]]:
        """Returns crops (batch, 3, side, side) in [-1, 1], and the slices of them that the loss sees.

        In half of the batches all crops touch the same border of their images, so that the networks learn
        the zero padding around an image.
        """
        side = min(12 * FACTOR, self._images.size)
        room = (self._images.size - side) // FACTOR
        borders = rng.integers(0, 3, 2) if rng.random() < 0.5 else np.ones(2, np.int64)
        crops = []
        for _ in range(self._batch):
            image = self._images.image(int(rng.integers(len(self._images))))
            top, left = ((0, int(rng.integers(room + 1)), room)[border] * FACTOR for border in borders)
            crop = image[top : top + side, left : left + side]
            crops.append(crop[:, ::-1] if borders[1] == 1 and rng.random() < 0.5 else crop)
        inner = [slice(0 if b == 0 else _MARGIN, None if b == 2 else -_MARGIN) for b in borders]
        return to_tensor(np.stack(crops), self.compute.device), (slice(None), slice(None), *inner)


def to_tensor(images: np.ndarray, device: torch.device) -> Tensor:
    """Returns images uint8 (N, H, W, 3) as a tensor (N, 3, H, W) in [-1, 1]."""
    tensor = torch.from_numpy(np.array(images)).to(device).permute(0, 3, 1, 2)
    return (tensor.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def psnr(vae: Any, images: Images, device: torch.device, count: int) -> float:
    """Returns the mean PSNR in dB of the first `count` images, encoded, decoded and rounded to 8 bits."""
    ratios: list[float] = []
    for batch in images.batches(4):
        image = to_tensor(batch, device)
        decoded = vae.decoder(vae.encoder(image)).float().clamp(-1, 1)
        decoded = ((decoded + 1) * 127.5).round() / 127.5 - 1
        errors = (decoded - image).square().mean((1, 2, 3)).clamp(min=1e-10)
        ratios += [10 * math.log10(4 / error.item()) for error in errors]
        if len(ratios) >= count:
            break
    return math.fsum(ratios[:count]) / len(ratios[:count])


def _error(decoded: Tensor, image: Tensor) -> Tensor:
    difference = decoded - image
    edges = difference.diff(dim=-1).abs().mean() + difference.diff(dim=-2).abs().mean()
    return 0.5 * difference.abs().mean() + 3 * difference.square().mean() + 0.35 * edges
