"""`Autoencoder`: images to latents and back, with any of diffusers' VAEs, at any size."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class Autoencoder:
    """A VAE for images of any size.

    Attributes:
        model: diffusers' AutoencoderKL or AutoencoderTiny (TAESD).
        multiple: Images are padded so that both sides are multiples of this.
    """

    model: Any
    multiple: int

    @property
    def channels(self) -> int:
        """Number of latent channels."""
        return int(self.model.config.latent_channels)

    @property
    def factor(self) -> int:
        """Downsampling factor: pixels per latent pixel and side."""
        return int(2 ** (len(self.model.config.block_out_channels) - 1))

    def latent_shape(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Returns the shape (1, C, h, w) of the latent of an image of this width and height."""
        width, height = size
        factor = self.factor
        return (
            1,
            self.channels,
            _round_up(height, self.multiple) // factor,
            _round_up(width, self.multiple) // factor,
        )

    def pad(self, image: Tensor) -> Tensor:
        """Returns the image (C, H, W) as (1, C, H', W'), its edge pixels repeated up to `multiple`."""
        height, width = image.shape[1:]
        right, below = _round_up(width, self.multiple) - width, _round_up(height, self.multiple) - height
        return functional.pad(image[None], (0, right, 0, below), mode="replicate")

    def model_input(self, image: Tensor) -> Tensor:
        """Returns an image (3, H, W) in [0, 1] as the VAE takes it: (1, 3, H', W') in [-1, 1]."""
        return (self.pad(image) * 2 - 1).to(self.model.dtype)

    def encode(self, image: Tensor) -> Tensor:
        """Returns the float32 latent (1, C, h, w), the posterior's mean, of an image (3, H, W) in [0, 1]."""
        return self.posterior(image)[0]

    def posterior(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and standard deviation, float32 (1, C, h, w), of an image's (3, H, W) latents.

        TAESD's have no deviation: it is 0.
        """
        out = self.model.encode(self.model_input(image))
        config = self.model.config
        spread = getattr(out, "latent_dist", None)
        mean = (out.latents if spread is None else spread.mean).to(torch.float32)
        mean = (mean - _shift_factor(config)) * config.scaling_factor
        if spread is None:
            return mean, torch.zeros_like(mean)
        return mean, spread.std.to(torch.float32) * config.scaling_factor

    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the float32 image (3, H, W) of this width and height, in about [0, 1]."""
        return self.crop(
            self.model.decode(self.unscale(latent).to(self.model.dtype), return_dict=False)[0], size
        )

    def crop(self, decoded: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns what the VAE decoded (1, 3, H', W'), in [-1, 1], as the image (3, H, W) of this size."""
        width, height = size
        return torch.as_tensor(decoded)[0, :, :height, :width].to(torch.float32) / 2 + 0.5

    def unscale(self, latent: Tensor) -> Tensor:
        """Returns a latent as the VAE itself has it, without the scale and shift of those that models see."""
        config = self.model.config
        return latent / float(config.scaling_factor) + _shift_factor(config)

    def shrink_mask(self, mask: Tensor) -> Tensor:
        """Returns a mask (1, H, W) downsampled to the size of the latent (1, 1, h, w)."""
        return functional.interpolate(self.pad(mask), scale_factor=1 / self.factor, mode="area")


def _shift_factor(config: Any) -> float:
    return float(getattr(config, "shift_factor", None) or 0.0)


def _round_up(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple
