"""Images that are none: NaN and blank ones are drawn again, running out of memory is explained."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from animator.errors import AnimatorError
from animator.models.diffusion.request import GenerationRequest
from schedules.seeds import derive

REDRAWS = 3
FLAT = 1 / 255
"""An image whose values all lie within one step of 8 bits is blank."""

log = logging.getLogger(__name__)


def generate_with_retry(
    generate: Callable[[GenerationRequest], Tensor],
    request: GenerationRequest,
    upcast_vae: Callable[[], bool],
) -> Tensor:
    """The drawn image (3, H, W), clipped to [0, 1].

    An image with NaN, or of one color only, is drawn again with a seed derived from the frame's; the seeds
    of later frames stay as they are. A NaN first has the VAE compute in single precision. An image that
    stays blank is taken: it may be meant.

    Args:
        generate: Draws a request.
        request: What to draw.
        upcast_vae: Has the VAE compute in single precision; False where it does already.

    Raises:
        AnimatorError: Every attempt gave NaN.
    """
    drawn, fault = _attempt(generate, request)
    if fault == "NaN" and upcast_vae():
        log.warning("frame %d: NaN in half precision; the VAE goes on in single precision", request.frame)
        drawn, fault = _attempt(generate, request)
    for turn in range(1, REDRAWS + 1):
        if not fault:
            break
        log.warning("frame %d: the drawn image is %s; drawing it again", request.frame, fault)
        seed = derive(request.seed, request.frame, f"redraw {turn}")
        drawn, fault = _attempt(generate, replace(request, seed=seed))
    if fault == "NaN":
        raise AnimatorError(
            f"frame {request.frame}: the model gave numbers that are no image (NaN), {REDRAWS + 1} times; "
            "try another sampler or more steps, a lower cfg_scale, or the CPU, which has full precision"
        )
    return drawn.clamp(0.0, 1.0).contiguous()


def _attempt(draw: Callable[[GenerationRequest], Tensor], request: GenerationRequest) -> tuple[Tensor, str]:
    """The image and what is wrong with it: "", "NaN" or "blank"."""
    drawn = draw(request)
    low, high = torch.stack(torch.aminmax(drawn)).tolist()  # the drawing's one wait for the device
    if not (math.isfinite(low) and math.isfinite(high)):
        return drawn, "NaN"
    is_blank = min(high, 1.0) - max(low, 0.0) <= FLAT and not _is_flat(request.image)
    return drawn, "blank" if is_blank else ""


def _is_flat(image: Tensor | None) -> bool:
    """True for an image that was blank before it was redrawn, so that its redrawing may be."""
    if image is None:
        return False
    low, high = torch.aminmax(image)
    return bool(high - low <= FLAT)
