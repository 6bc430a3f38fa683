"""What tensors a model file holds: names and shapes, read from the header alone; the tensors stay on disk."""

import json
import struct
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
    from animator.models.weights import read_tensors

    tensors = read_tensors(path)
    return Header({name: tuple(value.shape) for name, value in tensors.items()}, {})
