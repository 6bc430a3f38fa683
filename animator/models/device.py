"""Where images and models live."""

from dataclasses import dataclass

import torch

from animator.errors import UserError


@dataclass(frozen=True)
class ComputeOptions:
    """Where and how to compute.

    Attributes:
        device: One of `DEVICES`; see `choose_device`.
        threads: CPU threads of each process; None leaves torch's choice.
        allow_pickle: Also read .ckpt files, with torch's restricted reader.
    """

    device: str = "auto"
    threads: int | None = None
    allow_pickle: bool = False


def choose_device(name: str | torch.device) -> torch.device:
    """Returns the torch device of a name; a torch device is returned as it is.

    Args:
        name: "auto", which takes the best one; "cpu", "cuda", "mps", or one with a number such as "cuda:1".

    Raises:
        UserError: This machine has no such device.
    """
    if isinstance(name, torch.device):
        return name
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, found in here.items() if found))
    kind, _, number = str(name).partition(":")
    if not here.get(kind, False) or not (number.isdecimal() or str(name) == kind):
        found = ", ".join(device for device, is_here in here.items() if is_here)
        raise UserError(f"device {name}: this machine has none; here: {found}")
    return torch.device(name)


def use_threads(count: int | None) -> None:
    """Sets how many CPU threads torch computes with; None leaves torch's choice."""
    if count is not None:
        torch.set_num_threads(count)
