"""Opens what makes the images between two, by name."""

import logging
from pathlib import Path

import torch

from animator.film.interpolation.base import FrameInterpolator
from animator.film.interpolation.flow import FlowBetween
from animator.film.interpolation.rife import load_rife
from animator.film.interpolation.torchscript import load_scripted
from animator.models.flow.opencv import Dis, DisQuality

log = logging.getLogger(__name__)


def open_inbetween(engine: str, weights: str, device: torch.device | str) -> FrameInterpolator:
    """What makes the images between two.

    Args:
        engine: As `frame_interpolation.engine` names it: "flow", "RIFE v4.6" or "FILM".
        weights: Path of its weights; "flow" has none.
        device: Where it computes.

    Raises:
        ModelError: Its weights are not there, or not its own.
    """
    if engine == "flow":
        return FlowBetween(Dis(DisQuality.MEDIUM))
    if not weights:
        log.warning(
            "frame_interpolation: %s needs its weights in frame_interpolation.model; "
            "without them the images are made along the optical flow (engine: flow)",
            engine,
        )
        return FlowBetween(Dis(DisQuality.MEDIUM))
    path = Path(weights).expanduser()
    if engine == "FILM" or _is_scripted(path):
        return load_scripted(path, device)
    return load_rife(path, device)


def _is_scripted(path: Path) -> bool:
    """True for a TorchScript archive, which has its code beside its weights."""
    import zipfile

    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())
