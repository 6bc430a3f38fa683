"""What a generation of a flow-matching model starts from, and what is kept of the image at each step.

At sigma 1 a latent is noise alone, at 0 the image: `(1 - sigma) image + sigma noise`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.denoiser import Inpaint
from animator.models.diffusion.flow_matching.schedule import FlowSchedule
from animator.models.diffusion.hold import Hold
from animator.models.diffusion.initial_latent import fill_masked, first_noise, image_latent
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise


def first_latent(
    request: GenerationRequest, autoencoder: Autoencoder, sigma: float, noise: LatentNoise
) -> Tensor:
    """Returns the noised latent (1, C, h, w) at the first sigma."""
    first = first_noise(noise, request, autoencoder)
    latent = image_latent(request, autoencoder)
    if latent is None:
        return first * sigma
    latent = fill_masked(request, autoencoder, latent, noise)
    return latent * (1 - sigma) + first * (sigma * request.noise_multiplier)


def inpaint_of(request: GenerationRequest, autoencoder: Autoencoder) -> Inpaint | None:
    """Returns mask and original of a request; None where the whole image is regenerated."""
    if request.mask is None or request.image is None:
        return None
    return Inpaint(autoencoder.shrink_mask(request.mask), autoencoder.encode(request.image), None)


def hold_of(
    request: GenerationRequest, autoencoder: Autoencoder, schedule: FlowSchedule, sigmas: Sequence[float]
) -> Hold | None:
    """Returns what a request holds back; None where all of it has the same strength.

    Args:
        request: The request.
        autoencoder: Of the model.
        schedule: Noise levels of a full generation.
        sigmas: Of the steps that run.
    """
    if request.image is None or request.revealed is None:
        return None
    revealed = autoencoder.shrink_mask(request.revealed)
    strengths = request.strength + (request.revealed_strength - request.strength) * revealed
    steps = len(schedule.sigmas) - 1
    # A step counts for a pixel if the pixel's own first sigma lies within it or above it.
    own = (steps - strengths * steps - _ROUNDING).ceil_().clamp_(1.0, float(len(sigmas) - 1))
    rest = int(torch.as_tensor(steps - request.strength * steps - _ROUNDING).ceil().clamp(1.0))
    return Hold(autoencoder.encode(request.image), own, rest)


_ROUNDING = 1e-4
"""Rounding errors of strengths must not add a step."""
