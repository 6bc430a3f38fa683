"""Checks the weights of the networks besides the diffusion: flow, depth, words, upscaling, interpolation."""

from pathlib import Path

from animator.core.confinement import named_path
from animator.core.paths import exists, is_file
from animator.errors import ModelError
from animator.film.interpolation.find_weights import find_weights
from animator.film.upscaling.find_upscaler import LANCZOS, check_network
from animator.masks.networks import SAM
from animator.models.depth.weights import weights_files
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import SAFE, Header, read_header
from animator.models.faces.find import check_detector, check_face_model
from animator.models.flow.find_raft import find_raft
from animator.models.permitted import check_code, check_readable
from animator.models.pretrained.find import find_network
from animator.models.torch_archive import is_torchscript
from animator.runs.preflight.film import FilmToCheck
from animator.settings.inputs import (
    has_word_mask,
    raft_settings,
    restores_faces,
    tracks_by_network,
    uses_depth,
)

_RAFT_SIGN = "feature_encoder."
_RIFE_SIGN = "block0."
_TOKENIZER = (("tokenizer.json",), ("vocab.json", "merges.txt"))


def check_flow(film: FilmToCheck) -> None:
    """Checks the weights of RAFT, for every setting that chooses it."""
    animation = film.animation
    for setting in raft_settings(animation):
        with film.problems.at(setting):
            path = find_raft(animation.flow.raft, film.folders)
            if path is None:
                continue
            _check_sign(path, _RAFT_SIGN, "RAFT")
            check_readable(path)


def check_depth(film: FilmToCheck) -> None:
    """Checks the files of the depth networks; one that is not there yet may have to be downloaded."""
    name = film.animation.depth.model
    if not uses_depth(film.animation):
        return
    with film.problems.at("depth.model"):
        for path in weights_files(name, film.folders):
            check_readable(path)
            if path.suffix == SAFE:
                read_header(path)


def check_words(film: FilmToCheck) -> None:
    """Checks the files of CLIPSeg."""
    name = film.animation.mask.word_model
    if not (name and has_word_mask(film.animation)):
        return
    with film.problems.at("mask.word_model"):
        location = named_path(name)
        folder = location.parent if location.suffix else location
        if not exists(location):
            raise ModelError(f"{name}: there is no such folder (looked for from {Path.cwd()})")
        kind = read_config(folder / "config.json").get("model_type")
        if kind != "clipseg":
            raise ModelError(f"{name}: is a model of type {kind}; expected clipseg")
        weights = [location] if is_file(location) else sorted(folder.glob("*.safetensors"))
        if not weights and not any(folder.glob("*.bin")):
            raise ModelError(f"{name}: has no weights; expected model.safetensors, as transformers saves it")
        if not any(all((folder / file).is_file() for file in files) for files in _TOKENIZER):
            raise ModelError(f"{name}: has no tokenizer; expected tokenizer.json, as transformers saves it")
        for path in weights or folder.glob("*.bin"):
            check_readable(path)
            if path.suffix == SAFE:
                read_header(path)


def check_tracker(film: FilmToCheck) -> None:
    """Checks the files of the network that follows a thing."""
    if tracks_by_network(film.animation):
        with film.problems.at("mask.tracker_model"):
            find_network(SAM, film.animation.mask.tracker_model, film.library)


def check_upscaler(film: FilmToCheck) -> None:
    """Checks the file of the upscaling network, and that the package for it is installed."""
    settings = film.animation.upscaling
    if not settings.enabled or settings.model == LANCZOS:
        return
    with film.problems.at("upscaling.model"):
        check_network(settings.model, film.folders)


def check_faces(film: FilmToCheck) -> None:
    """Checks the files of face restoration, and that the package for them is installed."""
    settings = film.animation.face_restoration
    if film.is_broken("face_restoration") or not restores_faces(film.animation):
        return
    with film.problems.at("face_restoration.model"):
        check_face_model(settings.model, film.folders)
    with film.problems.at("face_restoration.detector"):
        check_detector(settings.detector, film.folders)


def check_interpolator(film: FilmToCheck) -> None:
    """Checks the file of the network that interpolates frames; logs a warning where flow is used instead."""
    settings = film.animation.frame_interpolation
    if settings.engine not in ("RIFE v4.6", "FILM"):
        return
    with film.problems.at("frame_interpolation.model"):
        path = find_weights(settings.engine, settings.model, film.folders)
        if path is None:
            return
        if settings.engine == "FILM" or is_torchscript(path):
            check_code(path)
        else:
            check_readable(path)
            _check_sign(path, _RIFE_SIGN, "RIFE v4.6")


def _check_sign(path: Path, sign: str, network: str) -> None:
    """Checks the header of a .safetensors file, in which a name must begin with `sign`."""
    header: Header | None = read_header(path) if path.suffix == SAFE else None
    if header is not None and not any(
        name.removeprefix("module.").startswith(sign) for name in header.shapes
    ):
        raise ModelError(f"{path}: has not the weights of {network}")
