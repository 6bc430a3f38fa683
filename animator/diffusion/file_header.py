"""What tensors a model file holds: names and shapes, read from the header alone; the tensors stay on disk."""

import json
import pickle
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.errors import ModelError

SAFE = ".safetensors"
PICKLED = (".ckpt", ".pt", ".pth", ".bin")
MAX_HEADER = 100_000_000  # the limit of the safetensors format itself


@dataclass(frozen=True)
class Header:
    """The table of contents of a model file.

    Attributes:
        shapes: Shape by tensor name.
        metadata: The texts that the file says about itself; empty for files that can hold none.
    """

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]


def read_header(path: Path) -> Header:
    """The table of contents of a file.

    Raises:
        ModelError: The file cannot be read, is cut off, or is no model file.
    """
    try:
        return _safe(path) if path.suffix == SAFE else _pickled(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def _safe(path: Path) -> Header:
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise ModelError(f"{path}: is no safetensors file: it has only {len(start)} bytes")
        (length,) = struct.unpack("<Q", start)
        if length > MAX_HEADER or file.read(1) != b"{":
            raise ModelError(f"{path}: is no safetensors file: it does not start with a table of contents")
        file.seek(8)
        raw = file.read(length)
    if len(raw) < length:
        raise ModelError(f"{path}: is cut off: load or copy it again")
    try:
        table: dict[str, Any] = json.loads(raw)
        metadata = table.pop("__metadata__", {})
        shapes = {name: tuple(entry["shape"]) for name, entry in table.items()}
        end = 8 + length + max((entry["data_offsets"][1] for entry in table.values()), default=0)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(f"{path}: is corrupt: its table of contents cannot be read ({error})") from error
    size = path.stat().st_size
    if size < end:
        raise ModelError(f"{path}: is cut off: it has {size} bytes of {end}; load or copy it again")
    return Header(shapes, {key: str(value) for key, value in metadata.items()})


def _pickled(path: Path) -> Header:
    tensors = read_tensors(path)
    return Header({name: tuple(value.shape) for name, value in tensors.items()}, {})


def read_tensors(path: Path) -> dict[str, Any]:
    """The tensors of a file by name, on the CPU.

    A pickled file is read by torch's restricted reader, which runs no code: one that holds more than tensors
    and plain containers is refused.

    Raises:
        ModelError: The file cannot be read, is corrupt, or holds more than weights.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == SAFE:
            return dict(load_file(path))
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # about the age of the format; whether it can be read is said below
            return flattened(torch.load(path, map_location="cpu", weights_only=True))
    except SafetensorError as error:
        raise ModelError(f"{path}: is corrupt: {error}; load or copy it again") from error
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path}: holds more than weights, which could run code; use the model's .safetensors file"
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError) as error:
        raise ModelError(f"{path}: is corrupt: {' '.join(str(error).split())[:200]}") from error


def flattened(found: Any, prefix: str = "") -> dict[str, Any]:
    """The tensors within nested dicts, by names joined with dots; `state_dict` is looked through."""
    import torch

    if not isinstance(found, Mapping):
        return {prefix.rstrip("."): found} if isinstance(found, torch.Tensor) else {}
    if "state_dict" in found:
        return flattened(found["state_dict"], prefix)
    tensors: dict[str, Any] = {}
    for key, value in found.items():
        tensors.update(flattened(value, f"{prefix}{key}."))
    return tensors
