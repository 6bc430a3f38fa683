"""`Hold`: keeps parts of the image back until their own denoising strength is reached.

To denoise each pixel with a strength of its own, a generation starts with the lowest one. The pixels that
keep more of the image follow it, with the noise of each step, until the step at which they would start.

Source:
    Levin and Fried, "Differential Diffusion: Giving Each Pixel Its Strength" (2023).
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.request import GenerationRequest

_ROUNDING = 1e-4
"""Rounding errors of strengths must not cost a step; see `GenerationRequest.steps_run`."""


@dataclass(frozen=True, eq=False)
class Hold:
    """The image that is held, and for how long.

    Attributes:
        original: Latent of the image (1, C, h, w).
        steps: (1, 1, h, w): number of last steps that denoise each pixel, at least 1.
        rest_steps: The same of the pixels that are not revealed.
        extra: Additional input channels of an inpainting checkpoint (1, C + 1, h, w) while these are held;
            None for others.
    """

    original: Tensor
    steps: Tensor
    rest_steps: int
    extra: Tensor | None = None

    def apply(self, denoised: Tensor, steps_left: int) -> Tensor:
        """Returns the denoised latent (1, C, h, w), replaced by the image where it is held.

        Args:
            denoised: (1, C, h, w).
            steps_left: Steps from this one to the last, both included.
        """
        return torch.where(self.steps < steps_left, self.original, denoised)

    def extra_at(self, steps_left: int, otherwise: Tensor | None) -> Tensor | None:
        """Returns the additional input channels of a step.

        Args:
            steps_left: As for `apply`.
            otherwise: Those of the steps that denoise all pixels.
        """
        return self.extra if self.extra is not None and steps_left > self.rest_steps else otherwise


def hold_of(request: GenerationRequest, vae: Autoencoder, *, is_inpainting: bool) -> Hold | None:
    """Returns what a request holds back; None where all of it has the same strength.

    Args:
        request: The request.
        vae: Of the model.
        is_inpainting: True for an inpainting checkpoint.
    """
    if request.image is None or request.revealed is None:
        return None
    revealed = vae.shrink_mask(request.revealed)
    strengths = request.strength + (request.revealed_strength - request.strength) * revealed
    rest_steps = replace(request, revealed=None).steps_run
    extra = None
    if is_inpainting and request.revealed_strength < request.strength:
        seen = torch.where(request.revealed > 0.5, 0.5, request.image)
        extra = torch.cat([(revealed > 0.5).to(torch.float32), vae.encode(seen)], dim=1)
    steps = (request.steps - strengths * request.steps + _ROUNDING).floor_().clamp_min_(1.0)
    return Hold(vae.encode(request.image), steps, rest_steps, extra)
