"""Reads files of weights safely, whatever they are for: code in a file is never executed.

Pickled files (.pt, .pth, .ckpt, .bin, .pkl) are read only with permission, and then with torch's restricted
reader, which makes tensors and plain containers.
"""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.core.read import UnreadableError, check_regular
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE
from animator.models.permitted import check_readable
from animator.models.torch_archive import check_archive, is_torchscript

MAX_VALUES = 200_000
"""Values in the dicts of a file; the largest models have some thousand tensors."""

_WRAPPERS = ("params_ema", "params", "model", "state_dict", "model_state_dict")
"""Keys under which training scripts store the weights next to other data."""
_EXPECTED = ".safetensors or .pth"
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
    return _checked(path, tensors)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Returns all tensors of a model file by name; keys of nested dicts are joined with dots.

    Raises:
        ModelError: The file is missing or cannot be read safely.
    """
    return _checked(path, _flatten(path, _load(path)))


def read_content(path: Path) -> Any:
    """Returns what a torch file holds: tensors, numbers and texts in dicts and lists.

    Raises:
        ModelError: The file is missing or cannot be read safely.
    """
    content = _load(path)
    waiting: list[Any] = [content]
    for count, value in enumerate(waiting):  # which grows on the way
        if count > MAX_VALUES:
            raise ModelError(_unreadable(path, f"it has more than {MAX_VALUES} values"))
        if isinstance(value, Tensor):
            _checked(path, {f"value {count}": value})
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
    return content


def _load(path: Path) -> Any:
    """Returns a file's content on the CPU; torch unpickles only tensors and plain containers."""
    try:
        check_regular(path)
        check_readable(path)
        return _load_safetensors(path) if path.suffix == SAFE else _load_pickled(path)
    except ModelError:
        raise
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file; expected a file of weights, {_EXPECTED}") from None
    except UnreadableError as error:
        raise ModelError(f"{path}: {error}; expected a file of weights, {_EXPECTED}") from error
    except OSError as error:
        raise ModelError(_unreadable(path, error.strerror or str(error))) from error
    except Exception as error:  # parsers raise many types for a damaged file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(_unreadable(path, f"{reason}; it may be damaged")) from error


def _load_safetensors(path: Path) -> Any:
    from safetensors.torch import load_file

    return load_file(path)


def _load_pickled(path: Path) -> Any:
    if is_torchscript(path):
        reason = "it is a program (TorchScript), not weights"
        raise ModelError(_unreadable(path, reason))
    check_archive(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the age of the format
        try:
            return _unpickle(path)
        except pickle.UnpicklingError as error:
            # torch's own message continues with advice to read the file unsafely.
            reason = "it contains more than weights, which could run code, or is not a torch file"
            raise ModelError(_unreadable(path, reason)) from error


def _unpickle(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError as error:
        if "mmap can only be used" not in str(error):
            raise
    # Files of old torch versions cannot be memory-mapped.
    return torch.load(path, map_location="cpu", weights_only=True)


def _unreadable(path: Path, reason: str) -> str:
    return f"{path}: cannot be read as weights ({reason}); expected tensors only, {_EXPECTED}"


def _checked(path: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Returns tensors that hold all of their numbers.

    A pickle can describe a tensor of any shape on top of a few bytes; the first copy would take all memory.

    Raises:
        ModelError: One does not.
    """
    for name, tensor in tensors.items():
        is_plain = tensor.layout == torch.strided and not tensor.is_quantized and not tensor.is_meta
        if not is_plain or tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            reason = f"{name} of shape {tuple(tensor.shape)} does not hold its numbers; it may be damaged"
            raise ModelError(_unreadable(path, reason))
    return tensors


def _flatten(path: Path, state: Any) -> dict[str, Tensor]:
    """Returns the tensors of nested dicts; a `state_dict` level adds nothing to their names.

    Raises:
        ModelError: The dicts contain themselves, or each other too often.
    """
    tensors: dict[str, Tensor] = {}
    waiting: list[tuple[str, Any]] = [("", state)]
    for _ in range(MAX_VALUES):
        if not waiting:
            return tensors
        prefix, value = waiting.pop()
        if isinstance(value, Tensor):
            tensors[prefix.rstrip(".")] = value
        elif isinstance(value, Mapping) and "state_dict" in value:
            waiting.append((prefix, value["state_dict"]))
        elif isinstance(value, Mapping):
            waiting += [(f"{prefix}{key}.", value[key]) for key in reversed(value)]
    raise ModelError(_unreadable(path, f"it has more than {MAX_VALUES} values"))
