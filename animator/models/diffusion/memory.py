"""Out-of-memory errors with advice: the size requested, the free memory, a size that would fit."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from animator.errors import AnimatorError, ChangeSetting
from animator.models.diffusion.request import GenerationRequest

BYTES_PER_PIXEL = 5_000
"""Memory of a generation besides the weights, nearly all in the VAE's last layers. Stable Diffusion's VAE
measured 3,100 to 4,100 bytes per pixel in float32 on a CPU; GPU workspaces come on top."""

GIB = 2**30
_MESSAGES = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory")


@contextmanager
def explain_out_of_memory(request: GenerationRequest, device: torch.device) -> Iterator[None]:
    """Turns an out-of-memory error inside the block into one that says what would fit."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        hint = ChangeSetting("diffusion.memory", "low")
        raise AnimatorError(_message(request, device), hint) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Returns True for the errors that devices raise when memory runs out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(message in str(error).lower() for message in _MESSAGES)


def _message(request: GenerationRequest, device: torch.device) -> str:
    width, height = request.size
    head = f"frame {request.frame}: out of memory while generating {width} x {height} on {device}"
    free = _free(device)
    if device.type == "cuda":
        torch.cuda.empty_cache()
        free = _free(device)
    available = "" if free is None else f" ({free / GIB:.1f} GiB are free next to the model)"
    fits = None if free is None else fitting_size(request.size, free)
    smaller = fits or (max(64, _round_to_8(width / 2)), max(64, _round_to_8(height / 2)))
    hedge = "about" if fits else "for example"
    is_smaller = smaller[0] * smaller[1] < width * height
    size = f"a smaller image ({hedge} {smaller[0]} x {smaller[1]}), " if is_smaller else ""
    return (
        f"{head}{available}; the frames so far are complete, and the run can be resumed. "
        f"Use {size}a smaller model, close other programs, or save memory"
    )


def fitting_size(size: tuple[int, int], free: int) -> tuple[int, int] | None:
    """Returns the largest smaller size of this aspect ratio that fits into `free` bytes, or None."""
    width, height = size
    shrink = math.sqrt(free / BYTES_PER_PIXEL / (width * height))
    smaller = _round_to_8(width * shrink), _round_to_8(height * shrink)
    return smaller if shrink < 1 and min(smaller) >= 64 else None


def _round_to_8(side: float) -> int:
    return int(side + 1e-6) // 8 * 8


def _free(device: torch.device) -> int | None:
    """Returns the free bytes of a CUDA device; None for others."""
    if device.type != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return int(free)
