"""Finds the weights of frame interpolators, or downloads them where that is permitted. Loads nothing."""

import logging
from collections.abc import Mapping
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.fetch import PublicFile
from animator.core.log_collector import warn_once
from animator.core.paths import is_file
from animator.core.permissions import permissions
from animator.errors import ModelError
from animator.models.published import Published
from animator.models.stand_ins import stand_in

log = logging.getLogger(__name__)


PUBLISHED: Mapping[str, Published] = {
    "RIFE v4.6": Published(
        ("flownet_v4.6.pkl",),
        PublicFile(
            "https://github.com/HolyWu/vs-rife/releases/download/model/flownet_v4.6.pkl",
            "008646e761f0e67cb77f0c6c44cfe3c3e5a05d9d9465311b9681ca650ce030db",
        ),
    ),
    "FILM": Published(
        ("film_net_fp32.pt",),
        PublicFile(
            "https://github.com/dajes/frame-interpolation-pytorch/releases/download/v1.0.2/film_net_fp32.pt"
        ),
    ),
}
"""Where the weights of engines are published: Practical-RIFE's own file, and FILM as TorchScript."""


def find_weights(engine: str, path: str, folders: tuple[Path, ...] = ()) -> Path | None:
    """Returns the file of a network's weights; None where it is downloaded, or optical flow used instead.

    Args:
        engine: "RIFE v4.6" or "FILM".
        path: The file; empty looks for the published one in the folders.
        folders: Model folders.

    Raises:
        ModelError: There is no such file.
    """
    if path:
        file = named_path(path)
        if is_file(file):
            return file
        missing = ModelError(f"{file}: no such file; expected the weights of {engine}")
        stand_in(missing, f"frame_interpolation.engine: {engine}", "optical flow")
        return None
    published = PUBLISHED[engine]
    found = published.find(folders)
    if found is None and not _is_wanted(engine):
        warn_once(
            log,
            "frame_interpolation: %s needs its weights in frame_interpolation.model, or %s in a model "
            "folder; using optical flow instead (engine: flow)",
            engine,
            published.names[0],
        )
    return found


def find_or_download_weights(engine: str, path: str, folders: tuple[Path, ...] = ()) -> Path | None:
    """Returns the file of a network's weights, downloaded where that is permitted; None for optical flow.

    Args:
        engine: As for `find_weights`.
        path: As for `find_weights`.
        folders: As for `find_weights`.

    Raises:
        ModelError: There is no such file, or it could not be downloaded.
    """
    found, published = find_weights(engine, path, folders), PUBLISHED[engine]
    if found is not None or path or not _is_wanted(engine):
        return found
    try:
        return published.download()
    except OSError as error:
        missing = ModelError(
            f"frame_interpolation.engine: the weights of {engine} could not be downloaded ({error}); get "
            f"them from {published.source.url} and name their file in frame_interpolation.model"
        )
        stand_in(missing, f"frame_interpolation.engine: {engine}", "optical flow")
        return None


def _is_wanted(engine: str) -> bool:
    """Returns True for weights that may be downloaded, and read then."""
    may_read = permissions().code if engine == "FILM" else permissions().pickle
    return PUBLISHED[engine].may_download and may_read
