"""Running out of memory, explained: what was asked, what there is, what would fit."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from animator.errors import AnimatorError, ChangeSetting
from animator.models.diffusion.request import GenerationRequest

BYTES_PER_PIXEL = 5_000
"""What drawing takes beside the weights, nearly all in the VAE's last layers. Stable Diffusion's VAE took
3,100 to 4,100 bytes per pixel in single precision on a CPU; GPUs' work spaces come on top."""

GIB = 2**30
_SIGNS = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory")


@contextmanager
def explained(request: GenerationRequest, device: torch.device) -> Iterator[None]:
    """Turns running out of memory within into an error that says what would fit."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        hint = ChangeSetting("diffusion.memory", "low")
        raise AnimatorError(_message(request, device), hint) from error


def is_out_of_memory(error: BaseException) -> bool:
    """True for the ways in which devices say that memory ran out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(sign in str(error).lower() for sign in _SIGNS)


def _message(request: GenerationRequest, device: torch.device) -> str:
    width, height = request.size
    head = f"frame {request.frame}: out of memory while drawing {width} x {height} on {device}"
    free = _free(device)
    if device.type == "cuda":
        torch.cuda.empty_cache()
        free = _free(device)
    known = "" if free is None else f" ({free / GIB:.1f} GiB are free beside the model)"
    fitting = None if free is None else fitting_size(request.size, free)
    smaller = fitting or (max(64, _eighths(width / 2)), max(64, _eighths(height / 2)))
    sure = "about" if fitting else "for example"
    is_smaller = smaller[0] * smaller[1] < width * height
    size = f"a smaller image ({sure} {smaller[0]} x {smaller[1]}), " if is_smaller else ""
    return (
        f"{head}{known}; the frames so far are complete, and the run can be resumed. "
        f"Use {size}a smaller model, close other programs, or save memory"
    )


def fitting_size(size: tuple[int, int], free: int) -> tuple[int, int] | None:
    """The largest size of this shape that `free` bytes should do for; None where that is no smaller."""
    width, height = size
    shrink = math.sqrt(free / BYTES_PER_PIXEL / (width * height))
    smaller = _eighths(width * shrink), _eighths(height * shrink)
    return smaller if shrink < 1 and min(smaller) >= 64 else None


def _eighths(side: float) -> int:
    return int(side + 1e-6) // 8 * 8


def _free(device: torch.device) -> int | None:
    """Bytes that the device has left; None where it does not say."""
    if device.type != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return int(free)
