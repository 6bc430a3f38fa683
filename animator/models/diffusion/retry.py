"""Detects NaN and blank images and generates them again."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from animator.errors import AnimatorError
from animator.models.diffusion.request import GenerationRequest
from schedules.seeds import derive

MAX_RETRIES = 3
FLAT = 1 / 255
"""An image is blank if its values differ by at most one step of 8 bits."""

log = logging.getLogger(__name__)


def generate_with_retry(
    generate: Callable[[GenerationRequest], Tensor],
    request: GenerationRequest,
    upcast_vae: Callable[[], bool],
) -> Tensor:
    """Returns the generated image (3, H, W), clamped to [0, 1].

    An image with NaN, or of a single color, is generated again with a seed derived from the frame's; the
    seeds of later frames do not change. After a NaN the VAE is first upcast to float32. An image that stays
    blank is accepted: it may be intended.

    Args:
        generate: Generates a request.
        request: The request.
        upcast_vae: Upcasts the VAE to float32; returns False if it is already.

    Raises:
        AnimatorError: Every attempt returned NaN.
    """
    return generate_all_with_retry(lambda ones: [generate(one) for one in ones], [request], upcast_vae)[0]


def generate_all_with_retry(
    generate: Callable[[Sequence[GenerationRequest]], Sequence[Tensor]],
    requests: Sequence[GenerationRequest],
    upcast_vae: Callable[[], bool],
) -> list[Tensor]:
    """Returns the generated images (3, H, W), clamped to [0, 1]; one with a fault is generated again, alone.

    Args:
        generate: Generates requests together.
        requests: The requests.
        upcast_vae: See `generate_with_retry`.

    Raises:
        AnimatorError: Every attempt for one of them returned NaN.
    """
    images = generate(requests)
    return [
        _without_fault(image, lambda one: generate([one])[0], request, upcast_vae)
        for image, request in zip(images, requests, strict=True)
    ]


def _without_fault(
    image: Tensor,
    generate: Callable[[GenerationRequest], Tensor],
    request: GenerationRequest,
    upcast_vae: Callable[[], bool],
) -> Tensor:
    """Returns a request's image (3, H, W), or another one if it has a fault; see `generate_with_retry`."""
    fault = _fault(image, request)
    if fault == "NaN" and upcast_vae():
        log.warning("frame %d: NaN in half precision; the VAE continues in float32", request.frame)
        image, fault = _attempt(generate, request)
    for attempt in range(1, MAX_RETRIES + 1):
        if not fault:
            break
        log.warning("frame %d: the generated image is %s; generating it again", request.frame, fault)
        seed = derive(request.seed, request.frame, f"redraw {attempt}")
        image, fault = _attempt(generate, replace(request, seed=seed))
    if fault == "NaN":
        raise AnimatorError(
            f"frame {request.frame}: the model returned NaN instead of an image {MAX_RETRIES + 1} times; "
            "try another sampler or more steps, a lower cfg_scale, or the CPU, which has full precision"
        )
    return image.clamp(0.0, 1.0).contiguous()


def _attempt(
    generate: Callable[[GenerationRequest], Tensor], request: GenerationRequest
) -> tuple[Tensor, str]:
    """Returns the image and its fault: "", "NaN" or "blank"."""
    image = generate(request)
    return image, _fault(image, request)


def _fault(image: Tensor, request: GenerationRequest) -> str:
    """Returns what is wrong with a request's image: "", "NaN" or "blank"."""
    low, high = torch.stack(torch.aminmax(image)).tolist()  # the only synchronization with the device
    if not (math.isfinite(low) and math.isfinite(high)):
        return "NaN"
    is_blank = min(high, 1.0) - max(low, 0.0) <= FLAT and not _is_flat(request.image)
    return "blank" if is_blank else ""


def _is_flat(image: Tensor | None) -> bool:
    """Returns True for a blank init image, whose result may be blank too."""
    if image is None:
        return False
    low, high = torch.aminmax(image)
    return bool(high - low <= FLAT)
