"""Opens frame interpolators by name."""

import logging

import torch

from animator.core.confinement import named_path
from animator.film.interpolation.base import FrameInterpolator
from animator.film.interpolation.flow import FlowInterpolator
from animator.film.interpolation.messages import WITHOUT_WEIGHTS
from animator.film.interpolation.rife import load_rife
from animator.film.interpolation.torchscript import load_torchscript
from animator.models.flow.opencv import Dis, DisQuality
from animator.models.torch_archive import is_torchscript

log = logging.getLogger(__name__)


def open_interpolator(engine: str, weights: str, device: torch.device | str) -> FrameInterpolator:
    """Opens a frame interpolator.

    Args:
        engine: Value of `frame_interpolation.engine`: "flow", "RIFE v4.6" or "FILM".
        weights: Path of its weights; "flow" has none.
        device: Device to run on.

    Raises:
        ModelError: The weights are missing, or belong to another network.
    """
    if engine == "flow":
        return FlowInterpolator(Dis(DisQuality.MEDIUM))
    if not weights:
        log.warning(WITHOUT_WEIGHTS, engine)
        return FlowInterpolator(Dis(DisQuality.MEDIUM))
    path = named_path(weights)
    if engine == "FILM" or is_torchscript(path):
        return load_torchscript(path, device)
    return load_rife(path, device)
