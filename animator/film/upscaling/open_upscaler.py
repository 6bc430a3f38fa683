"""Opens upscalers by name."""

import logging
from collections.abc import Iterable
from pathlib import Path

import torch

from animator.film.upscaling.find_upscaler import KNOWN, LANCZOS, find_or_download_upscaler
from animator.film.upscaling.upscaler import Lanczos, Upscaler, load_upscaler

log = logging.getLogger(__name__)


def open_upscaler(name: str, factor: int, folders: Iterable[Path], device: torch.device | str) -> Upscaler:
    """Opens an upscaler.

    Args:
        name: "lanczos", the path of a network's file, or its name in the model folders.
        factor: Scale of width and height.
        folders: The model folders.
        device: Device to run on.

    Raises:
        ModelError: There is no such network, or the file is not an upscaling network.
    """
    if name == LANCZOS:
        return Lanczos(factor)
    folders = tuple(folders)
    path = find_or_download_upscaler(name, folders)
    if path is not None:
        return load_upscaler(path, factor, device)
    if name not in KNOWN:  # Lanczos stands in, which was logged
        return Lanczos(factor)
    log.warning(
        "upscaling: %s is not there (looked in %s); images are enlarged by Lanczos with sharpening instead",
        name,
        ", ".join(map(str, folders)),
    )
    return Lanczos(factor)
