"""Compute device and threads: `ComputeOptions`, `choose_device`, `use_threads`."""

from dataclasses import dataclass

import torch

from animator.errors import UserError


@dataclass(frozen=True)
class ComputeOptions:
    """Device and threads of a run.

    Attributes:
        device: One of `DEVICES`; see `choose_device`.
        threads: CPU threads of each process; None keeps torch's default.
    """

    device: str = "auto"
    threads: int | None = None


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


def use_threads(count: int | None) -> None:
    """Sets the number of torch's CPU threads; None keeps torch's default."""
    if count is not None:
        torch.set_num_threads(count)
