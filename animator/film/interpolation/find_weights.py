"""Finds the weights of frame interpolators. Loads nothing."""

import logging
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.log_collector import warn_once
from animator.core.paths import is_file
from animator.errors import ModelError
from animator.models.stand_ins import stand_in

log = logging.getLogger(__name__)


def find_weights(engine: str, path: str) -> Path | None:
    """Returns the file of a network's weights; None, and a warning, where optical flow is used instead.

    Args:
        engine: "RIFE v4.6" or "FILM".
        path: The file; empty where none is named.

    Raises:
        ModelError: There is no such file.
    """
    if not path:
        warn_once(
            log,
            "frame_interpolation: %s needs its weights in frame_interpolation.model; "
            "using optical flow instead (engine: flow)",
            engine,
        )
        return None
    file = named_path(path)
    if is_file(file):
        return file
    missing = ModelError(f"{file}: no such file; expected the weights of {engine}")
    stand_in(missing, f"frame_interpolation.engine: {engine}", "optical flow")
    return None
