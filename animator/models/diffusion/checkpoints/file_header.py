"""Reads the header of a model file: tensor names, shapes and metadata, without loading the tensors."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, check_regular
from animator.errors import ModelError

SAFE = ".safetensors"
PICKLED = (".ckpt", ".pt", ".pth", ".bin")
MAX_HEADER = 100_000_000  # the limit of the safetensors format itself


@dataclass(frozen=True)
class Header:
    """Header of a model file.

    Attributes:
        shapes: Shape by tensor name.
        metadata: Metadata of a .safetensors file; empty for others.
    """

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]


def read_header(path: Path) -> Header:
    """Reads the header of a file.

    Raises:
        ModelError: The file cannot be read, is truncated, or is not a model file.
    """
    try:
        check_regular(path)
        return _read_safetensors(path) if path.suffix == SAFE else _read_pickled(path)
    except UnreadableError as error:
        raise ModelError(f"{path}: {error}") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def _read_safetensors(path: Path) -> Header:
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise ModelError(f"{path}: is not a safetensors file: it has only {len(start)} bytes")
        (length,) = struct.unpack("<Q", start)
        if length > MAX_HEADER or file.read(1) != b"{":
            raise ModelError(f"{path}: is not a safetensors file: it does not start with a header")
        file.seek(8)
        raw = file.read(length)
    if len(raw) < length:
        raise ModelError(f"{path}: is truncated: download or copy it again")
    try:
        entries: dict[str, Any] = parse_json(raw)
        metadata = {str(key): str(value) for key, value in entries.pop("__metadata__", {}).items()}
        shapes = {name: tuple(int(side) for side in entry["shape"]) for name, entry in entries.items()}
        end = 8 + length + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ModelError(f"{path}: is corrupt: its header cannot be read ({error})") from error
    size = path.stat().st_size
    if size < end:
        raise ModelError(f"{path}: is truncated: it has {size} bytes of {end}; download or copy it again")
    return Header(shapes, metadata)


def _read_pickled(path: Path) -> Header:
    from animator.models.weights import read_tensors

    tensors = read_tensors(path)
    return Header({name: tuple(value.shape) for name, value in tensors.items()}, {})
