"""Finds the file of an upscaling network by name. Loads nothing."""

from collections.abc import Mapping
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.fetch import PublicFile
from animator.core.paths import is_file
from animator.core.permissions import permissions
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.library import Library
from animator.models.permitted import check_readable
from animator.models.published import Published
from animator.models.spandrel_package import NetworkUse, check_spandrel, has_spandrel
from animator.models.stand_ins import stand_in

LANCZOS = "lanczos"
_RELEASES = "https://github.com/xinntao/Real-ESRGAN/releases/download"
KNOWN: Mapping[str, Published] = {
    "realesr-animevideov3": Published(
        ("realesr-animevideov3.pth",), PublicFile(f"{_RELEASES}/v0.2.5.0/realesr-animevideov3.pth")
    ),
    "realesrgan-x4plus": Published(
        ("RealESRGAN_x4plus.pth",),
        PublicFile(
            f"{_RELEASES}/v0.1.0/RealESRGAN_x4plus.pth",
            "4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1",
        ),
    ),
    "realesrgan-x4plus-anime": Published(
        ("RealESRGAN_x4plus_anime_6B.pth",),
        PublicFile(
            f"{_RELEASES}/v0.2.2.4/RealESRGAN_x4plus_anime_6B.pth",
            "f872d837d3c90ed2e05227bed711af5671a6fd1c9f7d7e91c911a61f155e99da",
        ),
    ),
}
"""Deforum's upscaling networks: imported settings name one whether its file is installed or not."""
UPSCALING = NetworkUse("an upscaling network", "upscaling networks", "choose lanczos")
_SUFFIXES = (SAFE, ".pth", ".pt")


def find_upscaler(name: str, folders: tuple[Path, ...]) -> Path | None:
    """Returns the file of a network; None for one of `KNOWN` that is not there, or where Lanczos stands in.

    Args:
        name: The path of the file, or its name in the model folders.
        folders: The model folders.

    Raises:
        ModelError: There is no such network.
    """
    try:
        return _find(name, folders)
    except ModelError as missing:
        if name in KNOWN:
            return KNOWN[name].find(folders)
        stand_in(missing, f"upscaling.model: {name}", "Lanczos")
        return None


def find_or_download_upscaler(name: str, folders: tuple[Path, ...]) -> Path | None:
    """Returns the file of a network, downloaded if it is one of `KNOWN` and that is permitted; else None.

    Args:
        name: As for `find_upscaler`.
        folders: As for `find_upscaler`.

    Raises:
        ModelError: There is no such network, or it could not be downloaded.
    """
    found = find_upscaler(name, folders)
    if found is not None or not _is_wanted(name):
        return found
    try:
        return KNOWN[name].download()
    except OSError as error:
        missing = ModelError(
            f"upscaling.model: {name} could not be downloaded ({error}); or choose {LANCZOS}"
        )
        stand_in(missing, f"upscaling.model: {name}", "Lanczos")
        return None


def _is_wanted(name: str) -> bool:
    """Returns True for a network that may be downloaded, and read then; for others, Lanczos is used."""
    if name not in KNOWN or not KNOWN[name].may_download:
        return False
    return permissions().pickle and has_spandrel()


def check_network(name: str, folders: tuple[Path, ...]) -> None:
    """Checks that a network's file is there and may be read, and that its package is installed.

    Args:
        name: As for `find_upscaler`.
        folders: The model folders.

    Raises:
        ModelError: One of these fails.
    """
    path = find_upscaler(name, folders)
    if path is None:
        return
    check_readable(path)
    if path.suffix == SAFE:
        read_header(path)
    check_spandrel(path, UPSCALING)


def _find(name: str, folders: tuple[Path, ...]) -> Path:
    path = named_path(name)
    if is_file(path):
        return path
    if path.suffix in _SUFFIXES:
        raise ModelError(f"{path}: no such file; expected a file of weights, {SAFE} or .pth")
    files = Library(folders).files
    # Real-ESRGAN's own releases spell some of these names with capitals and underscores.
    wanted = _normalize(name)
    found = next(
        (file for file in files if file.suffix in _SUFFIXES and _normalize(file.stem) == wanted), None
    )
    if found is None:
        raise ModelError(
            f"upscaling.model: {name} is neither a file nor the name of one in "
            f"{', '.join(map(str, folders))}; expected {LANCZOS} or the file of a network"
        )
    return found


def _normalize(name: str) -> str:
    return name.lower().replace("_", "-").replace("plus-anime-6b", "plus-anime")
