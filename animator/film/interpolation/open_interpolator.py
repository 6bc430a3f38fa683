"""Opens frame interpolators by name."""

from pathlib import Path

import torch

from animator.film.interpolation.base import FrameInterpolator
from animator.film.interpolation.find_weights import find_or_download_weights
from animator.film.interpolation.flow import FlowInterpolator
from animator.film.interpolation.rife import load_rife
from animator.film.interpolation.torchscript import load_torchscript
from animator.models.flow.opencv import Dis, DisQuality
from animator.models.torch_archive import is_torchscript


def open_interpolator(
    engine: str, weights: str, device: torch.device | str, folders: tuple[Path, ...] = ()
) -> FrameInterpolator:
    """Opens a frame interpolator.

    Args:
        engine: Value of `frame_interpolation.engine`: "flow", "RIFE v4.6" or "FILM".
        weights: Path of its weights; "flow" has none. Empty takes the published ones.
        device: Device to run on.
        folders: Model folders in which the published ones are looked for.

    Raises:
        ModelError: The weights are missing, or belong to another network.
    """
    path = None if engine == "flow" else find_or_download_weights(engine, weights, folders)
    if path is None:
        return FlowInterpolator(Dis(DisQuality.MEDIUM))
    if engine == "FILM" or is_torchscript(path):
        return load_torchscript(path, device)
    return load_rife(path, device)
