"""Opens a flow estimator by the name a preset gives it."""

from pathlib import Path

import torch

from animator.errors import ModelError
from animator.flow.model import FlowModel
from animator.flow.opencv import Dis, DisQuality, Farneback


def open_flow(method: str, raft: str, device: torch.device) -> FlowModel | None:
    """The estimator of a method's name; None for "None".

    Args:
        method: "None", "DIS Medium", "DIS Fine", "Farneback" or "RAFT".
        raft: Path of RAFT's weights.
        device: Where RAFT computes; the others compute on the CPU.

    Raises:
        ModelError: RAFT is asked for and its weights are not there.
    """
    ready: dict[str, FlowModel | None] = {
        "None": None,
        "DIS Medium": Dis(DisQuality.MEDIUM),
        "DIS Fine": Dis(DisQuality.FINE),
        "Farneback": Farneback(),
    }
    if method in ready:
        return ready[method]
    if not raft:
        raise ModelError("flow.raft: is empty; RAFT needs the path of its weights, or choose DIS Fine")
    from animator.flow.raft import load_raft

    return load_raft(Path(raft), device)
