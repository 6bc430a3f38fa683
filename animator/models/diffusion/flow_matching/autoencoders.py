"""VAEs as `Autoencoder`, those of flow-matching models too: `open_autoencoder`, `check_replacement`."""

from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.images.side_stream import to_device
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.flow_families import FlowFamily


def open_autoencoder(vae: Any, family: FlowFamily) -> Autoencoder:
    """Returns a VAE of diffusers, or one that replaces it, as the latents of a family's network.

    Args:
        vae: The VAE.
        family: Images are padded to whole tokens of its network.
    """
    unpadded = _unpadded(vae)
    return type(unpadded)(vae, unpadded.factor * family.patch)


def check_replacement(name: str, vae: Any, own: Any) -> None:
    """Checks that a VAE makes latents of the shape that those of a model's own VAE have.

    Args:
        name: Of the VAE, for the message.
        vae: The VAE.
        own: The one that it replaces.

    Raises:
        ModelError: It is for another family of models.
    """
    made, expected = _unpadded(vae), _unpadded(own)
    if (made.channels, made.factor) != (expected.channels, expected.factor):
        raise ModelError(
            f"vae {name}: was made for other models: its latents have {made.channels} channels and "
            f"1/{made.factor} of an image's size; this model takes {expected.channels} channels and "
            f"1/{expected.factor}; use one of its own family"
        )


def _unpadded(vae: Any) -> Autoencoder:
    return _KINDS.get(type(vae).__name__, Autoencoder)(vae, 1)


class VideoAutoencoder(Autoencoder):
    """Qwen-Image's VAE, made for videos: each latent channel has a mean and a spread of its own."""

    @property
    def channels(self) -> int:
        """Number of latent channels."""
        return int(self.model.config.z_dim)

    @property
    def factor(self) -> int:
        """Downsampling factor: pixels per latent pixel and side."""
        return int(2 ** len(self.model.config.temperal_downsample))

    def posterior(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and standard deviation of an image's latents; see `Autoencoder`."""
        found = self.model.encode(self.model_input(image)[:, :, None]).latent_dist
        latent, own_spread = (one[:, :, 0].to(torch.float32) for one in (found.mean, found.std))
        mean, spread = self._statistics(latent)
        return (latent - mean) / spread, own_spread / spread

    def unscale(self, latent: Tensor) -> Tensor:
        """Returns a latent as the VAE itself has it."""
        mean, spread = self._statistics(latent)
        return latent * spread + mean

    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the image of a latent; see `Autoencoder`."""
        video = self.unscale(latent).to(self.model.dtype)[:, :, None]
        return self.crop(self.model.decode(video, return_dict=False)[0][:, :, 0], size)

    def _statistics(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        config = self.model.config
        values = (config.latents_mean, config.latents_std)
        mean, spread = (
            to_device(torch.tensor(value), latent.device)[None, :, None, None] for value in values
        )
        return mean, spread


class DeepAutoencoder(Autoencoder):
    """Sana's VAE (DC-AE), which shrinks images 32 times."""

    @property
    def factor(self) -> int:
        """Downsampling factor: pixels per latent pixel and side."""
        return int(2 ** (len(self.model.config.encoder_block_out_channels) - 1))

    def posterior(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Returns an image's latents, which have no deviation, and zeros; see `Autoencoder`."""
        latent = self.model.encode(self.model_input(image)).latent
        mean = latent.to(torch.float32) * self.model.config.scaling_factor
        return mean, torch.zeros_like(mean)


class PatchedAutoencoder(Autoencoder):
    """Flux.2's VAE: patches of 2 x 2 become channels, each with a mean and a spread of its own."""

    @property
    def channels(self) -> int:
        """Number of latent channels."""
        return 4 * super().channels

    @property
    def factor(self) -> int:
        """Downsampling factor: pixels per latent pixel and side."""
        return 2 * super().factor

    def posterior(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and standard deviation of an image's latents; see `Autoencoder`."""
        found = self.model.encode(self.model_input(image)).latent_dist
        mean, spread = self._statistics()
        latent, own_spread = (_patched(one.to(torch.float32)) for one in (found.mean, found.std))
        return (latent - mean) / spread, own_spread / spread

    def unscale(self, latent: Tensor) -> Tensor:
        """Returns a latent as the VAE itself has it."""
        mean, spread = self._statistics()
        return _unpatched(latent * spread + mean)

    def _statistics(self) -> tuple[Tensor, Tensor]:
        norm = self.model.bn
        variance = norm.running_var.to(torch.float32) + self.model.config.batch_norm_eps
        return norm.running_mean.to(torch.float32)[None, :, None, None], variance.sqrt()[None, :, None, None]


_KINDS = {
    "AutoencoderKLQwenImage": VideoAutoencoder,
    "AutoencoderKLWan": VideoAutoencoder,
    "AutoencoderDC": DeepAutoencoder,
    "AutoencoderKLFlux2": PatchedAutoencoder,
}


def _patched(latent: Tensor) -> Tensor:
    """Returns a latent (1, C, h, w) as (1, 4 C, h / 2, w / 2)."""
    return torch.nn.functional.pixel_unshuffle(latent, 2)


def _unpatched(latent: Tensor) -> Tensor:
    """Returns a latent (1, 4 C, h / 2, w / 2) as (1, C, h, w)."""
    return torch.nn.functional.pixel_shuffle(latent, 2)
