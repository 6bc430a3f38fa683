"""Files of weights: where they lie, how they are fetched, how they are read (nothing in them is run)."""

from __future__ import annotations

import logging
import pickle
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor

from animator.depth.spec import DepthModelSpec
from animator.errors import ModelError

MODELS = "ANIMATOR_MODELS"
TIMEOUT_S = 20
CHUNK = 1 << 20
# Names under which released files keep the weights beside other things.
WRAPPERS = ("model", "state_dict", "model_state_dict")

log = logging.getLogger(__name__)


def folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where files of weights are looked for: ANIMATOR_MODELS, then torch's own store of downloads."""
    own = environment.get(MODELS)
    store = Path(torch.hub.get_dir()) / "checkpoints"
    return (Path(own).expanduser(), store) if own else (store,)


def located(spec: DepthModelSpec, where: tuple[Path, ...]) -> Path | None:
    """The file of a network in one of the folders or one folder below, or None."""
    for folder in where:
        for name in spec.files:
            for found in (folder / name, *sorted(folder.glob(f"*/{name}"))):
                if found.is_file():
                    return found
    return None


def fetched(spec: DepthModelSpec, where: tuple[Path, ...]) -> Path:
    """The file of a network, downloaded into the first of the folders.

    Raises:
        ModelError: It could not be had: says which file, why, and where to get it.
    """
    target = where[0] / spec.files[0]
    log.info("fetching %s from %s", spec.files[0], spec.url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(spec.url, target)
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        places = " or ".join(str(folder) for folder in where)
        raise ModelError(
            f"depth model {spec.name} needs the file {spec.files[0]}: it is not in {places}, and could "
            f"not be fetched ({error}). Get it from {spec.url} and put it into the folder that {MODELS} "
            "names, or choose the built-in model 'starter'."
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
