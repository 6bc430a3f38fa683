"""Compute device and threads: `ComputeOptions`, `choose_device`, `has_bfloat16`, `wait_for` and others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import torch

from animator.errors import UserError


@dataclass(frozen=True)
class ComputeOptions:
    """Device, threads and manner of a run.

    Attributes:
        device: One of `DEVICES`; see `choose_device`.
        threads: CPU threads of each process; None keeps the number of a resumed run, or torch's default.
        accept_changed_inputs: Resume runs also where files that the film reads have changed since.
    """

    device: str = "auto"
    threads: int | None = None
    accept_changed_inputs: bool = False


def choose_device(name: str | torch.device) -> torch.device:
    """Returns the torch device of a name; a torch device is returned unchanged.

    Args:
        name: "auto" for the fastest available; "cpu", "cuda", "mps", or a numbered one such as "cuda:1".

    Raises:
        UserError: This machine has no such device.
    """
    if isinstance(name, torch.device):
        return name
    is_available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, available in is_available.items() if available))
    kind, _, number = str(name).partition(":")
    if not is_available.get(kind, False) or not (number.isdecimal() or str(name) == kind):
        known = ", ".join(device for device, available in is_available.items() if available)
        raise UserError(f"device {name}: not available on this machine; available: {known}")
    return torch.device(name)


def wait_for(device: torch.device) -> None:
    """Waits until a device has done all that was asked of it; the CPU always has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def has_bfloat16() -> bool:
    """Returns True if this machine's CPU computes in bfloat16: AVX512-BF16, which CPUs with AMX have, too."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def use_threads(count: int | None) -> None:
    """Sets the number of CPU threads of torch and OpenCV; None keeps their defaults."""
    if count is not None:
        torch.set_num_threads(count)
        cv2.setNumThreads(count)


@contextmanager
def compute_threads(count: int | None) -> Iterator[None]:
    """Has torch and OpenCV compute with a number of threads within a `with` block; None keeps the number."""
    before, before_opencv = torch.get_num_threads(), cv2.getNumThreads()
    try:
        use_threads(count)
        yield
    finally:
        torch.set_num_threads(before)
        cv2.setNumThreads(before_opencv)
