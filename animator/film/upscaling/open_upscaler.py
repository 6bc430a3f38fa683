"""Opens upscalers by name."""

import logging
from collections.abc import Iterable
from pathlib import Path

import torch

from animator.core.paths import expand_user, is_file
from animator.errors import ModelError
from animator.film.upscaling.upscaler import Lanczos, Upscaler, load_upscaler
from animator.models.diffusion.checkpoints.library import Library
from animator.models.weights import check_readable

log = logging.getLogger(__name__)
LANCZOS = "lanczos"
KNOWN = ("realesr-animevideov3", "realesrgan-x4plus", "realesrgan-x4plus-anime")
"""Deforum's upscaling networks: imported settings name one whether its file is installed or not."""
_SUFFIXES = (".safetensors", ".pth", ".pt")


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
    path = _network_file(name, folders)
    if path is not None:
        return load_upscaler(path, factor, device)
    if name not in KNOWN:
        raise ModelError(
            f"upscaling.model: {name} is neither a file nor the name of one in "
            f"{', '.join(map(str, folders))}; expected {LANCZOS} or the file of a network"
        )
    log.warning(
        "upscaling: %s is not there (looked in %s); images are enlarged by Lanczos with sharpening instead",
        name,
        ", ".join(map(str, folders)),
    )
    return Lanczos(factor)


def check_upscaler(name: str, folders: Iterable[Path]) -> None:
    """Checks that an upscaler's file is there and may be read; opens none.

    Raises:
        ModelError: There is no such network, or its file may not be read.
    """
    folders = tuple(folders)
    path = None if name == LANCZOS else _network_file(name, folders)
    if path is None:
        open_upscaler(name, 2, folders, "cpu")  # Lanczos, a warning or an error: nothing is opened
    elif path.is_file():
        check_readable(path)
    else:
        raise ModelError(f"upscaling.model: {path}: no such file; expected the file of a network")


def _network_file(name: str, folders: tuple[Path, ...]) -> Path | None:
    path = expand_user(name)
    if is_file(path) or path.suffix in _SUFFIXES:
        return path
    files = Library(folders).files
    # Real-ESRGAN's own releases spell some of these names with capitals and underscores.
    wanted = _normalize(name)
    return next(
        (file for file in files if file.suffix in _SUFFIXES and _normalize(file.stem) == wanted), None
    )


def _normalize(name: str) -> str:
    return name.lower().replace("_", "-").replace("plus-anime-6b", "plus-anime")
