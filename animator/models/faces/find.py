"""Finds the files of face restoration by name: the network and the detector. Loads nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from animator.core.confinement import is_within, named_path
from animator.core.paths import is_file
from animator.core.permissions import permissions
from animator.core.read import UnreadableError, read_bytes
from animator.core.walk import TooManyFilesError, walk
from animator.errors import AllowCode, ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.permitted import check_readable
from animator.models.spandrel_package import NetworkUse, check_spandrel
from animator.models.stand_ins import stand_in

ONNX = ".onnx"
YUNET = "yunet"
YUNET_FILES = ("face_detection_yunet_2023mar.onnx", "face_detection_yunet_2026may.onnx")
"""The releases that OpenCV's detector reads, in its model collection; older versions read the first alone."""
YUNET_SHA256 = frozenset({"8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"})
"""Digests of releases that may be read without permission."""
MAX_BYTES = 16_000_000
"""Size limit of a detector's file; YuNet's has 0.2 MB."""
_SUFFIXES = (SAFE, ".pth", ".pt", ".ckpt")
_OFF = "set face_restoration.enabled to false"
FACES = NetworkUse("a face restoration network", "face restoration networks", _OFF)


Find = Callable[[str, tuple[Path, ...]], Path]


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


def read_detector(path: Path) -> bytes:
    """Returns the content of a detector's file.

    OpenCV's reader of ONNX does not withstand damaged files: they can end the program, or worse. So only
    known releases are read without permission.

    Raises:
        ModelError: It cannot be read, is too large, or is not a known release and programs are not permitted.
    """
    try:
        onnx = read_bytes(path, MAX_BYTES)
    except UnreadableError as error:
        raise ModelError(f"{path}: {error}; expected YuNet, {YUNET_FILES[0]}") from error
    if hashlib.sha256(onnx).hexdigest() not in YUNET_SHA256 and not permissions().code:
        raise ModelError(
            f"{path}: is not OpenCV's release {YUNET_FILES[0]}, or it is damaged; other ONNX files are like "
            "programs, for OpenCV does not withstand what may be in them",
            AllowCode(),
        )
    return onnx


def check_face_model(name: str, folders: tuple[Path, ...]) -> None:
    """Checks that the network's file is there and may be read, and that its package is installed.

    Args:
        name: As for `find_face_model`.
        folders: The model folders.

    Raises:
        ModelError: One of these fails.
    """
    model = find_or_leave(find_face_model, name, folders)
    if model is not None:
        check_readable(model)
        check_spandrel(model, FACES)
        if model.suffix == SAFE:
            read_header(model)


def check_detector(name: str, folders: tuple[Path, ...]) -> None:
    """Checks that the detector's file is there and may be read; arguments and errors as `find_detector`."""
    detector = find_or_leave(find_detector, name, folders)
    if detector is not None:
        read_detector(detector)


def find_or_leave(find: Find, name: str, folders: tuple[Path, ...]) -> Path | None:
    """Returns a file; None where it is missing and faces may stay as generated, which is logged.

    Args:
        find: `find_face_model` or `find_detector`.
        name: As for these.
        folders: The model folders.

    Raises:
        ModelError: There is no such file, and stand-ins are not permitted.
    """
    try:
        return find(name, folders)
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
