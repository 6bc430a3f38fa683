"""Opens a flow estimator by the name a preset gives it."""

from pathlib import Path

import torch

from animator.errors import ModelError
from animator.models.flow.model import FlowModel
from animator.models.flow.opencv import Dis, DisQuality, Farneback
from animator.models.folders import find_file, torch_downloads

RAFT_FILES = (
    *("raft_large_C_T_SKHT_V2-ff5fadd5.pth", "raft_large_C_T_V2-1bb1363a.pth"),
    "raft_small_C_T_V2-01064c6d.pth",
)
"""Names of torchvision's releases, the most exact first."""


def open_flow(
    method: str, raft: str, device: torch.device, folders: tuple[Path, ...] = ()
) -> FlowModel | None:
    """The estimator of a method's name; None for "none".

    Args:
        method: "none", "DIS Medium", "DIS Fine", "Farneback" or "RAFT".
        raft: Path of RAFT's weights; empty: a file of torchvision's in the folders, or in torch's downloads.
        device: Where RAFT computes; the others compute on the CPU.
        folders: Where weights are looked for.

    Raises:
        ModelError: RAFT is asked for and its weights are not there.
    """
    ready: dict[str, FlowModel | None] = {
        "none": None,
        "DIS Medium": Dis(DisQuality.MEDIUM),
        "DIS Fine": Dis(DisQuality.FINE),
        "Farneback": Farneback(),
    }
    if method in ready:
        return ready[method]
    from animator.models.flow.raft import load_raft

    return load_raft(Path(raft) if raft else _published(folders), device)


def _published(folders: tuple[Path, ...]) -> Path:
    searched = (*folders, torch_downloads())
    path = find_file(RAFT_FILES, searched)
    if path is None:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"flow.raft: is empty; RAFT needs the path of its weights, or torchvision's {RAFT_FILES[0]} in "
            f"{places}, or choose DIS Fine"
        )
    return path
