"""Finds the weights of depth networks, or downloads them."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from animator.core.download import Limits, download
from animator.core.network import ForbiddenHostError
from animator.errors import ModelError
from animator.models.depth.spec import DepthModelSpec
from animator.models.folders import VARIABLE, find_file, shared_folders, torch_downloads

LIMITS = Limits(max_bytes=8 * 10**9, timeout_s=20.0, total_s=7200.0)

log = logging.getLogger(__name__)


def find_or_download(spec: DepthModelSpec, folders: tuple[Path, ...]) -> Path:
    """Returns the file of a network; downloads it if it is in none of the folders.

    Args:
        spec: The network.
        folders: Searched before torch's download folder.

    Raises:
        ModelError: It could not be downloaded.
    """
    searched = (*folders, torch_downloads())
    target = (*shared_folders(), torch_downloads())[0]
    return find_file(spec.files, searched) or download_weights(spec, searched, target)


def download_weights(spec: DepthModelSpec, searched: tuple[Path, ...], folder: Path) -> Path:
    """Downloads the file of a network and returns its path.

    Args:
        spec: The network.
        searched: The folders in which it was not found, for the message.
        folder: Target folder.

    Raises:
        ModelError: It could not be downloaded.
    """
    target = folder / spec.files[0]
    log.info("downloading %s from %s", spec.files[0], spec.url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(spec.url, target)
    except ForbiddenHostError as error:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"depth model {spec.name} needs the file {spec.files[0]}: it is not in {places}. It is at "
            f"{spec.url}; or use the built-in model 'starter'",
            error.hint,
        ) from error
    except OSError as error:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"depth model {spec.name} needs the file {spec.files[0]}: it is not in {places}, and could "
            f"not be downloaded ({error}). Get it from {spec.url} and put it into one of these "
            f"folders or the one that {VARIABLE} names, or use the built-in model 'starter'."
        ) from error
    return target


def _download(url: str, target: Path) -> None:
    # Several processes may download the same file at once, so each writes to its own temporary name.
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
        try:
            download(url, part, LIMITS)
        except BaseException:
            Path(part.name).unlink()
            raise
    Path(part.name).replace(target)
