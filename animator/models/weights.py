"""Reads files of weights safely: code in a file is never executed."""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.core.paths import is_file
from animator.errors import ModelError

_WRAPPERS = ("params_ema", "params", "model", "state_dict", "model_state_dict")
"""Keys under which training scripts store the weights next to other data."""
_PARALLEL = "module."
"""Prefix that torch's DataParallel adds to every name."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """Returns a network's state dict, unwrapped from the dicts that training scripts put it in.

    Args:
        path: A .safetensors file, or a torch file (.pth, .pt, .pkl, .bin, .ckpt).

    Raises:
        ModelError: The file is missing, cannot be read safely, or contains no named weights.
    """
    state = _load(path)
    for wrapper in _WRAPPERS:
        if isinstance(state, Mapping) and isinstance(state.get(wrapper), Mapping):
            state = state[wrapper]
    if not isinstance(state, Mapping):
        raise ModelError(f"{path}: expected a dict of named weights, found {type(state).__name__}")
    tensors = {str(k).removeprefix(_PARALLEL): v for k, v in state.items() if isinstance(v, Tensor)}
    if not tensors:
        raise ModelError(f"{path}: contains no named weights")
    return tensors


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Returns all tensors of a model file by name; keys of nested dicts are joined with dots.

    Raises:
        ModelError: The file is missing or cannot be read safely.
    """
    return _flatten(_load(path), "")


def _load(path: Path) -> Any:
    """Returns a file's content on the CPU; torch unpickles only tensors and plain containers."""
    if not is_file(path):
        raise ModelError(f"{path}: no such file; expected a file of weights, .safetensors or .pth")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the age of the format
            return _load_pickled(path)
    except pickle.UnpicklingError as error:
        # torch's own message continues with advice to read the file unsafely.
        reason = "it contains more than weights, which could run code, or is not a torch file"
        raise ModelError(_unreadable(path, reason)) from error
    except OSError as error:
        raise ModelError(_unreadable(path, error.strerror or str(error))) from error
    except Exception as error:  # parsers raise many types for a damaged file
        reason = " ".join(str(error).split())[:200]
        raise ModelError(_unreadable(path, f"{reason}; it may be damaged")) from error


def _load_pickled(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError as error:
        if "mmap can only be used" not in str(error):
            raise
    # Files of old torch versions cannot be memory-mapped.
    return torch.load(path, map_location="cpu", weights_only=True)


def _unreadable(path: Path, reason: str) -> str:
    return f"{path}: cannot be read as weights ({reason}); expected tensors only, .safetensors or .pth"


def _flatten(state: Any, prefix: str) -> dict[str, Tensor]:
    """Returns the tensors of nested dicts; a `state_dict` level adds nothing to their names."""
    if not isinstance(state, Mapping):
        return {prefix.rstrip("."): state} if isinstance(state, Tensor) else {}
    if "state_dict" in state:
        return _flatten(state["state_dict"], prefix)
    tensors: dict[str, Tensor] = {}
    for key, value in state.items():
        tensors |= _flatten(value, f"{prefix}{key}.")
    return tensors
