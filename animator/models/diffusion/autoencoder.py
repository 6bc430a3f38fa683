"""Images <-> latents, by any of diffusers' autoencoders, at any size."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class Autoencoder:
    """A VAE with its numbers.

    Attributes:
        model: AutoencoderKL, or AutoencoderTiny (TAESD).
        multiple: Sides are filled up to multiples of this while the image is a latent.
    """

    model: Any
    multiple: int

    @property
    def channels(self) -> int:
        """Channels of a latent."""
        return int(self.model.config.latent_channels)

    @property
    def factor(self) -> int:
        """Pixels per latent pixel, per side."""
        return int(2 ** (len(self.model.config.block_out_channels) - 1))

    def latent_shape(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Shape (1, C, h, w) of the latent of an image of this width and height."""
        width, height = size
        per = self.factor
        return 1, self.channels, _up(height, self.multiple) // per, _up(width, self.multiple) // per

    def filled(self, image: Tensor) -> Tensor:
        """The image (C, H, W) as (1, C, H', W'), its edges drawn out to whole latent pixels."""
        height, width = image.shape[1:]
        right, below = _up(width, self.multiple) - width, _up(height, self.multiple) - height
        return functional.pad(image[None], (0, right, 0, below), mode="replicate")

    def encode(self, image: Tensor) -> Tensor:
        """The latent (1, C, h, w), in single precision, of an image (3, H, W) in [0, 1]; the mean."""
        out = self.model.encode((self.filled(image) * 2 - 1).to(self.model.dtype))
        latent = out.latent_dist.mean if hasattr(out, "latent_dist") else out.latents
        config = self.model.config
        return torch.as_tensor((latent.to(torch.float32) - _shift(config)) * config.scaling_factor)

    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """The image (3, H, W), single precision, about [0, 1], of this width and height."""
        config = self.model.config
        unscaled = latent / config.scaling_factor + _shift(config)
        out = self.model.decode(unscaled.to(self.model.dtype), return_dict=False)[0]
        width, height = size
        return torch.as_tensor(out)[0, :, :height, :width].to(torch.float32) / 2 + 0.5

    def shrink_mask(self, mask: Tensor) -> Tensor:
        """A mask (1, H, W) at the size of latents (1, 1, h, w)."""
        return functional.interpolate(self.filled(mask), scale_factor=1 / self.factor, mode="area")


def _shift(config: Any) -> float:
    return float(getattr(config, "shift_factor", None) or 0.0)


def _up(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple
