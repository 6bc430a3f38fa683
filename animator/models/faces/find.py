"""Finds the files of face restoration by name: the network and the detector. Loads nothing."""

from dataclasses import dataclass
from pathlib import Path

from animator.core.confinement import is_within, named_path
from animator.core.paths import is_file
from animator.core.walk import TooManyFilesError, walk
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE
from animator.models.spandrel_package import NetworkUse
from animator.models.stand_ins import stand_in

ONNX = ".onnx"
YUNET = "yunet"
YUNET_FILES = ("face_detection_yunet_2023mar.onnx", "face_detection_yunet_2026may.onnx")
"""The releases that OpenCV's detector reads, in its model collection; older versions read the first alone."""
_SUFFIXES = (SAFE, ".pth", ".pt", ".ckpt")
_OFF = "set face_restoration.enabled to false"
FACES = NetworkUse("a face restoration network", "face restoration networks", _OFF)


@dataclass(frozen=True)
class FaceFiles:
    """The files of face restoration.

    Attributes:
        model: The network's.
        detector: The detector's.
    """

    model: Path
    detector: Path


def find_face_model(name: str, folders: tuple[Path, ...]) -> Path:
    """Returns the file of the network that restores faces.

    Args:
        name: The path of the file, or its name in the model folders, with or without its suffix.
        folders: The model folders, which are searched with all folders below them.

    Raises:
        ModelError: There is no such file.
    """
    path = _find(name, (name, *(f"{name}{suffix}" for suffix in _SUFFIXES)), folders)
    if path is None:
        raise _missing("model", name, folders, "GFPGANv1.4.pth, RestoreFormer.pth or codeformer-v0.1.0.pth")
    return path


def find_detector(name: str, folders: tuple[Path, ...]) -> Path:
    """Returns the file of the network that finds faces.

    Args:
        name: `yunet` for one of `YUNET_FILES` in the model folders, or as for `find_face_model`.
        folders: The model folders.

    Raises:
        ModelError: There is no such file.
    """
    path = _find(name, YUNET_FILES if name.lower() == YUNET else (name, f"{name}{ONNX}"), folders)
    if path is None:
        raise _missing("detector", name, folders, f"OpenCV's face detector YuNet, {' or '.join(YUNET_FILES)}")
    return path


def find_face_files(model: str, detector: str, folders: tuple[Path, ...]) -> FaceFiles | None:
    """Returns both files; None where one is missing and faces may stay as generated, which is logged.

    Args:
        model: Name of the network, as for `find_face_model`.
        detector: Name of the detector.
        folders: The model folders.

    Raises:
        ModelError: A file is missing, and stand-ins are not permitted.
    """
    try:
        return FaceFiles(find_face_model(model, folders), find_detector(detector, folders))
    except ModelError as missing:
        stand_in(missing, "face_restoration", "the generated face")
        return None


def _find(name: str, files: tuple[str, ...], folders: tuple[Path, ...]) -> Path | None:
    """Returns the file at a path or, where none is there, the first of some files in folders; else None."""
    path = named_path(name)
    if is_file(path):
        return path
    ranks = {file.lower(): rank for rank, file in enumerate(files)}
    found = [path for folder in folders for path in _named(folder, frozenset(ranks))]
    return min(found, key=lambda path: ranks[path.name.lower()], default=None)


def _named(folder: Path, names: frozenset[str]) -> list[Path]:
    """Returns the files in a folder and below that have one of some names, and that settings may name."""
    try:
        paths = [root / name for root, _, files in walk(folder) for name in files if name.lower() in names]
    except TooManyFilesError as error:
        raise ModelError(str(error)) from error
    return sorted(path for path in paths if is_file(path) and is_within(path))


def _missing(setting: str, name: str, folders: tuple[Path, ...], examples: str) -> ModelError:
    places = ", ".join(map(str, folders)) or "no folder"
    return ModelError(
        f"face_restoration.{setting}: {name} is neither a file nor the name of one in {places}; "
        f"put {examples} there, or {_OFF}"
    )
