"""What a flow-matching model keeps of the init image at each step: outside of a mask, before its strength."""

from torch import Tensor

from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.denoiser import Inpaint
from animator.models.diffusion.flow_matching.schedule import ROUNDING, steps_begun
from animator.models.diffusion.hold import Hold
from animator.models.diffusion.request import GenerationRequest


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


def hold_of(request: GenerationRequest, vae: Autoencoder, original: Tensor | None) -> Hold | None:
    """Returns what a request holds back; None where all of it has the same strength; see `inpaint_of`."""
    if request.revealed is None or request.image is None or original is None:
        return None
    revealed = vae.shrink_mask(request.revealed)
    strengths = request.strength + (request.revealed_strength - request.strength) * revealed
    steps = request.steps
    # As `steps_begun` counts them: a pixel is denoised from the step on in which its own first sigma lies.
    begun = (steps - strengths * steps - ROUNDING).ceil_().clamp_(1.0, float(steps))
    return Hold(original, begun, steps_begun(steps, request.strength))
