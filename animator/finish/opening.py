"""Opens what makes pictures larger or between others, by the names of a preset."""

import logging
from pathlib import Path

import torch

from animator.config import Animation
from animator.diffusion.library import Library
from animator.errors import ModelError
from animator.finish.film_network import load_scripted
from animator.finish.flow_between import FlowBetween
from animator.finish.inbetween import Inbetween
from animator.finish.rife import load_rife
from animator.finish.upscale import Lanczos, Upscaler, load_upscaler
from animator.flow.opencv import Dis, DisQuality
from animator.model_folders import folders_of

log = logging.getLogger(__name__)
LANCZOS = "lanczos"
KNOWN = ("realesr-animevideov3", "realesrgan-x4plus", "realesrgan-x4plus-anime")
"""Deforum's upscaling networks: an imported film names one whether its file is here or not."""
_SUFFIXES = (".safetensors", ".pth", ".pt")


def open_inbetween(animation: Animation, device: torch.device | str) -> Inbetween:
    """What makes the pictures between two, by `frame_interpolation`.

    Raises:
        ModelError: Its weights are not there, or not its own.
    """
    settings = animation.frame_interpolation
    if settings.engine == "flow":
        return FlowBetween(Dis(DisQuality.MEDIUM))
    if not settings.model:
        log.warning(
            "frame_interpolation: %s needs its weights in frame_interpolation.model; "
            "without them the pictures are made along the optical flow (engine: flow)",
            settings.engine,
        )
        return FlowBetween(Dis(DisQuality.MEDIUM))
    path = Path(settings.model).expanduser()
    if settings.engine == "FILM" or _is_scripted(path):
        return load_scripted(path, device)
    return load_rife(path, device)


def open_upscaler(animation: Animation, device: torch.device | str) -> Upscaler:
    """What makes pictures larger, by `upscaling`.

    Raises:
        ModelError: There is no such network, or it is something else.
    """
    settings = animation.upscaling
    factor = int(settings.r_upscale_factor[1:])
    name = settings.r_upscale_model
    if name == LANCZOS:
        return Lanczos(factor)
    path = _network_file(animation)
    if path is not None:
        return load_upscaler(path, factor, device)
    if name not in KNOWN:
        folders = ", ".join(map(str, folders_of(animation)))
        raise ModelError(
            f"upscaling.r_upscale_model: {name} is neither a file nor the name of one in {folders}; "
            f"expected {LANCZOS}, or a network's file"
        )
    log.warning(
        "upscaling: %s is not there (looked in %s); pictures are enlarged by Lanczos with sharpening instead",
        name,
        ", ".join(map(str, folders_of(animation))),
    )
    return Lanczos(factor)


def _network_file(animation: Animation) -> Path | None:
    name = animation.upscaling.r_upscale_model
    path = Path(name).expanduser()
    if path.is_file() or path.suffix in _SUFFIXES:
        return path
    files = Library(folders_of(animation), allow_pickle=True).files
    # Real-ESRGAN's own releases spell some of these names with capitals and underscores.
    wanted = _plain(name)
    return next((file for file in files if file.suffix in _SUFFIXES and _plain(file.stem) == wanted), None)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace("plus-anime-6b", "plus-anime")


def _is_scripted(path: Path) -> bool:
    """True for a TorchScript archive, which has its code beside its weights."""
    import zipfile

    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())
