"""Opens frame interpolators by name."""

import torch

from animator.film.interpolation.base import FrameInterpolator
from animator.film.interpolation.find_weights import find_weights
from animator.film.interpolation.flow import FlowInterpolator
from animator.film.interpolation.rife import load_rife
from animator.film.interpolation.torchscript import load_torchscript
from animator.models.flow.opencv import Dis, DisQuality
from animator.models.torch_archive import is_torchscript


def open_interpolator(engine: str, weights: str, device: torch.device | str) -> FrameInterpolator:
    """Opens a frame interpolator.

    Args:
        engine: Value of `frame_interpolation.engine`: "flow", "RIFE v4.6" or "FILM".
        weights: Path of its weights; "flow" has none.
        device: Device to run on.

    Raises:
        ModelError: The weights are missing, or belong to another network.
    """
    path = None if engine == "flow" else find_weights(engine, weights)
    if path is None:
        return FlowInterpolator(Dis(DisQuality.MEDIUM))
    if engine == "FILM" or is_torchscript(path):
        return load_torchscript(path, device)
    return load_rife(path, device)
