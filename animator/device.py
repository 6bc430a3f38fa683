"""Where pictures and models live."""

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


def choose_device(name: str) -> torch.device:
    """The torch device of `auto`, `cpu`, `cuda` or `mps`; auto takes the best there is.

    Raises:
        UserError: The device is not there.
    """
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, found in here.items() if found))
    if not here.get(name, False):
        found = ", ".join(device for device, is_here in here.items() if is_here)
        raise UserError(f"--device {name}: this machine has none; here: {found}")
    return torch.device(name)


def use_threads(count: int | None) -> None:
    """Sets how many CPU threads torch computes with; None leaves torch's choice."""
    if count is not None:
        torch.set_num_threads(count)
