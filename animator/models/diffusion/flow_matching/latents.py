"""What a flow-matching model keeps of the init image at each step: outside of a mask, before its strength."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.denoiser import Inpaint
from animator.models.diffusion.flow_matching.schedule import FlowSchedule
from animator.models.diffusion.request import GenerationRequest

_SAME = 1e-6
"""Sigmas that differ by less are the same."""


def inpaint_of(request: GenerationRequest, vae: Autoencoder, original: Tensor | None) -> Inpaint | None:
    """Returns mask and original of a request; None where the whole image is regenerated.

    Args:
        request: The request.
        vae: Of the model.
        original: Latent of the init image (1, C, h, w); None without one.
    """
    if request.mask is None or request.image is None or original is None:
        return None
    return Inpaint(vae.shrink_mask(request.mask), original, None)


@dataclass(frozen=True, eq=False)
class FlowHold:
    """The image that is held, and until which noise level.

    As `hold.Hold`, but what begins within a step is mixed, so that it moves smoothly with its strength.

    Attributes:
        original: Latent of the image (1, C, h, w).
        begins: Sigma at which each pixel begins (1, 1, h, w).
    """

    original: Tensor
    begins: Tensor

    def apply(self, denoised: Tensor, sigma: float, after: float) -> Tensor:
        """Returns the denoised latent (1, C, h, w), replaced by the image where it is held.

        A pixel that begins within a step follows the image to its own sigma, and what is denoised from there.
        For the step as a whole, this is the mean of both with these weights.

        Args:
            denoised: (1, C, h, w).
            sigma: At which the step begins.
            after: At which it ends.
        """
        share = (1 - after / self.begins) / (1 - after / sigma)
        share = torch.where(self.begins >= sigma - _SAME, 1.0, share.clamp(0.0, 1.0))
        share = torch.where(self.begins <= after + _SAME, 0.0, share)
        return self.original.lerp(denoised, share)


def hold_of(
    request: GenerationRequest, vae: Autoencoder, original: Tensor | None, schedule: FlowSchedule
) -> FlowHold | None:
    """Returns what a request holds back; None where all of it has the same strength.

    Args:
        request: The request.
        vae: Of the model.
        original: As for `inpaint_of`.
        schedule: Noise levels of a full generation.
    """
    if request.revealed is None or request.image is None or original is None:
        return None
    revealed = vae.shrink_mask(request.revealed)
    strengths = request.strength + (request.revealed_strength - request.strength) * revealed
    return FlowHold(original, schedule.sigma_of(strengths))
