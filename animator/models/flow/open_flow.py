"""`open_flow`: opens a flow model by its name in presets."""

from pathlib import Path

import torch

from animator.models.flow.find_raft import find_or_download_raft
from animator.models.flow.model import FlowModel
from animator.models.flow.opencv import Dis, DisQuality, Farneback


def open_flow(
    method: str, raft: str, device: torch.device, folders: tuple[Path, ...] = ()
) -> FlowModel | None:
    """Opens the flow model of a method; returns None for "none".

    Args:
        method: "none", "DIS Medium", "DIS Fine", "Farneback" or "RAFT".
        raft: Path of RAFT's weights; empty searches torchvision's file names in the folders and in torch's
            download folder, and downloads them where that is permitted.
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
    path = find_or_download_raft(raft, folders)
    if path is None:
        return Dis(DisQuality.FINE)
    from animator.models.flow.raft import load_raft

    return load_raft(path, device)
