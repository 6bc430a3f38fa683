"""What a generation starts from: noise, alone or over an image's latent."""

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise


def first_noise(noise: LatentNoise, request: GenerationRequest, autoencoder: Autoencoder) -> Tensor:
    """Returns the noise (1, C, h, w) that a request starts from.

    Args:
        noise: The stream of the request's seed, at its start.
        request: The request.
        autoencoder: The model's VAE.
    """
    if request.seed_resize is None:
        return noise.first(request.subseed, request.subseed_strength)
    shape = autoencoder.latent_shape(request.seed_resize)
    middle = LatentNoise.of(request.seed, shape, noise.device)
    return noise.first_around(middle.first(request.subseed, request.subseed_strength))


def image_latent(request: GenerationRequest, autoencoder: Autoencoder) -> Tensor | None:
    """Returns the latent (1, C, h, w) that a request starts from; None if it starts from noise alone.

    Raises:
        ModelError: The request's latent is not one of this model.
    """
    if request.image is not None:
        return autoencoder.encode(request.image)
    if request.latent is None:
        return None
    latent, channels = request.latent.latent, autoencoder.channels
    if latent.ndim != 4 or latent.shape[:2] != (1, channels):
        raise ModelError(
            f"latent: has shape {tuple(latent.shape)}; this model's latents have shape (1, {channels}, h, w)"
        )
    resized = request.latent.resized(autoencoder.latent_shape(request.size))
    return resized.to(autoencoder.model.device, torch.float32)


def initial_latent(
    request: GenerationRequest,
    autoencoder: Autoencoder,
    sigma: float,
    noise: LatentNoise,
    latent: Tensor | None,
    image_share: float = 1.0,
) -> Tensor:
    """Returns the noised latent (1, C, h, w) at the first sigma.

    Args:
        request: The request.
        autoencoder: The model's VAE.
        sigma: The first sigma.
        noise: The stream of the request's seed, at its start.
        latent: What `image_latent` returned.
        image_share: Factor of that latent: all of it for a model with a U-Net, `1 - sigma` for flow matching.
    """
    initial_noise = first_noise(noise, request, autoencoder)
    if latent is None:
        return initial_noise * sigma
    latent = _fill_masked(request, autoencoder, latent, noise)
    kept = latent if image_share == 1.0 else latent * image_share
    return torch.add(kept, initial_noise, alpha=sigma * request.noise_multiplier)


def _fill_masked(
    request: GenerationRequest, autoencoder: Autoencoder, latent: Tensor, noise: LatentNoise
) -> Tensor:
    """Returns the latent with the request's fill inside the mask."""
    if request.mask is None or request.fill not in ("latent noise", "latent nothing"):
        return latent
    fill = noise.draw() if request.fill == "latent noise" else torch.zeros_like(latent)
    return latent.lerp(fill, autoencoder.shrink_mask(request.mask))
