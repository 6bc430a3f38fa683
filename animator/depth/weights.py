"""Files of weights: where they lie, how they are fetched, how they are read (nothing in them is run)."""

from __future__ import annotations

import logging
import pickle
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor

from animator.depth.registry import Entry
from animator.errors import ModelError
from animator.model_folders import VARIABLE, find_file, shared_folders, torch_downloads

TIMEOUT_S = 20
CHUNK = 1 << 20
# Names under which released files keep the weights beside other things.
WRAPPERS = ("model", "state_dict", "model_state_dict")

log = logging.getLogger(__name__)


def file_of(entry: Entry, folders: tuple[Path, ...]) -> Path:
    """Returns the file of a network; downloads it where it is in none of the folders.

    Args:
        entry: The network.
        folders: Searched before torch's own downloads.

    Raises:
        ModelError: It could not be downloaded; see `fetched`.
    """
    searched = (*folders, torch_downloads())
    target = (*shared_folders(), torch_downloads())[0]
    return find_file(entry.files, searched) or fetched(entry, searched, target)


def fetched(entry: Entry, searched: tuple[Path, ...], into: Path) -> Path:
    """Returns the file of a network, downloaded into a folder.

    Args:
        entry: The network.
        searched: The folders in which it was not found, for the message.
        into: The folder.

    Raises:
        ModelError: It could not be downloaded: says which file, why, and where to get it.
    """
    target = into / entry.files[0]
    log.info("fetching %s from %s", entry.files[0], entry.url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(entry.url, target)
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"depth model {entry.name} needs the file {entry.files[0]}: it is not in {places}, and could "
            f"not be fetched ({error}). Get it from {entry.url} and put it into one of these "
            f"folders or the one that {VARIABLE} names, or choose the built-in model 'starter'."
        ) from error
    return target


def _download(url: str, target: Path) -> None:
    # The addresses are those of the registry, all https.
    with (
        urllib.request.urlopen(url, timeout=TIMEOUT_S) as source,  # noqa: S310
        tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part,
    ):
        try:
            while chunk := source.read(CHUNK):
                part.write(chunk)
        except BaseException:
            Path(part.name).unlink()
            raise
    Path(part.name).replace(target)


def read(path: Path) -> dict[str, Tensor]:
    """Name -> tensor of a .safetensors file or a torch file, on the CPU.

    Raises:
        ModelError: No such file, not a file of weights, broken, or holding more than weights.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; expected a .safetensors, .pt or .pth file of weights")
    try:
        loaded = load_file(path) if path.suffix == ".safetensors" else _torch_file(path)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path}: not opened. It is no file of plain weights (it holds other objects, or is no torch "
            f"file): {_first_line(error)}"
        ) from error
    except (safetensors.SafetensorError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path}: broken or no file of weights ({_first_line(error)}); get it again"
        ) from error
    return _tensors(loaded, path)


def _torch_file(path: Path) -> object:
    """What the file holds; only tensors and plain containers are ever built from it."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError as error:
        if "mmap can only be used" not in str(error):
            raise
    # Files of old torch versions cannot be mapped into memory.
    return torch.load(path, map_location="cpu", weights_only=True)


def _tensors(loaded: object, path: Path) -> dict[str, Tensor]:
    for wrapper in WRAPPERS:
        if isinstance(loaded, dict) and isinstance(loaded.get(wrapper), dict):
            loaded = loaded[wrapper]
    if not isinstance(loaded, dict):
        raise ModelError(f"{path}: expected a table of named weights, found {type(loaded).__name__}")
    tensors = {str(k).removeprefix("module."): v for k, v in loaded.items() if isinstance(v, Tensor)}
    if not tensors:
        raise ModelError(f"{path}: holds no weights")
    return tensors


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
