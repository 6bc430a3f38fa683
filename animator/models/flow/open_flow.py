"""`open_flow`: opens a flow model by its name in presets."""

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
"""File names of torchvision's weights, the most accurate first."""


def open_flow(
    method: str, raft: str, device: torch.device, folders: tuple[Path, ...] = ()
) -> FlowModel | None:
    """Opens the flow model of a method; returns None for "none".

    Args:
        method: "none", "DIS Medium", "DIS Fine", "Farneback" or "RAFT".
        raft: Path of RAFT's weights; empty searches torchvision's file names in the folders and in torch's
            download folder.
        device: Device of RAFT; the others run on the CPU.
        folders: Folders to search.

    Raises:
        ModelError: RAFT's weights were not found.
    """
    without_weights: dict[str, FlowModel | None] = {
        "none": None,
        "DIS Medium": Dis(DisQuality.MEDIUM),
        "DIS Fine": Dis(DisQuality.FINE),
        "Farneback": Farneback(),
    }
    if method in without_weights:
        return without_weights[method]
    from animator.models.flow.raft import load_raft

    return load_raft(Path(raft) if raft else _find_raft_weights(folders), device)


def _find_raft_weights(folders: tuple[Path, ...]) -> Path:
    searched = (*folders, torch_downloads())
    path = find_file(RAFT_FILES, searched)
    if path is None:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"flow.raft: is empty; RAFT needs the path of its weights, or torchvision's {RAFT_FILES[0]} in "
            f"{places}, or choose DIS Fine"
        )
    return path
