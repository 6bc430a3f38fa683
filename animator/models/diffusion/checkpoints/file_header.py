"""Reads the header of a model file: tensor names, shapes and metadata, without loading the tensors."""

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

from animator.core.json_text import parse_json_once
from animator.core.read import UnreadableError, check_regular
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.gguf_header import GGUF, read_gguf_header

SAFE = ".safetensors"
HARMLESS = (SAFE, GGUF)
"""Suffixes of files that hold weights and nothing else."""
PICKLED = (".ckpt", ".pt", ".pth", ".bin")
_PRECISIONS = {"F32": "fp32", "F16": "fp16", "BF16": "bf16", "F8_E4M3": "fp8", "F8_E5M2": "fp8"}
MAX_FORMAT = 100_000_000
"""Bytes of the largest header that the format allows."""
MAX_HEADER = 16_000_000
"""Bytes of the largest header that is read: SDXL has 0.4 MB, and 100 MB take seconds and a GB of memory."""


@dataclass(frozen=True)
class Header:
    """Header of a model file.

    Attributes:
        shapes: Shape by tensor name.
        metadata: Metadata of a .safetensors or GGUF file; empty for others.
        types: How the numbers of each tensor are stored, such as F16, F8_E4M3 or Q4_K; empty for pickles.
    """

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def precision(self) -> str:
        """How most of the numbers are stored, such as "fp16", "fp8" or "Q4_K"; empty if unknown."""
        counts: Counter[str] = Counter()
        for name, kind in self.types.items():
            counts[kind] += prod(self.shapes[name])
        most = max(counts, key=lambda kind: counts[kind], default="")
        return _PRECISIONS.get(most, most)


def read_header(path: Path) -> Header:
    """Reads the header of a file.

    Raises:
        ModelError: The file cannot be read, is truncated, or is not a model file.
    """
    try:
        check_regular(path)
        if path.suffix == GGUF:
            return _read_gguf(path)
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
        if length > MAX_FORMAT or file.read(1) != b"{":
            raise ModelError(f"{path}: is not a safetensors file: it does not start with a header")
        if length > MAX_HEADER:
            raise ModelError(
                f"{path}: is not a model: its header has {length} bytes; expected at most {MAX_HEADER}"
            )
        file.seek(8)
        raw = file.read(length)
    if len(raw) < length:
        raise ModelError(f"{path}: is truncated: download or copy it again")
    try:
        header, end = _parse(raw)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ModelError(f"{path}: is corrupt: its header cannot be read ({error})") from error
    size = path.stat().st_size
    if size < 8 + length + end:
        raise ModelError(
            f"{path}: is truncated: it has {size} bytes of {8 + length + end}; download or copy it again"
        )
    return header


def _parse(raw: bytes) -> tuple[Header, int]:
    """Returns a header and the number of bytes of its tensors.

    Raises:
        ValueError: It is not a header; so are KeyError, TypeError, IndexError and AttributeError.
    """
    entries = parse_json_once(raw)
    metadata = {str(key): str(value) for key, value in entries.pop("__metadata__", {}).items()}
    shapes: dict[str, tuple[int, ...]] = {}
    types: dict[str, str] = {}
    end = 0
    for name, entry in entries.items():
        first, last = entry["data_offsets"]
        shape = entry["shape"]
        if not isinstance(shape, list) or not all(_is_size(side) for side in (*shape, first, last)):
            raise ValueError(f"{name[:80]}: its shape or its place is not made of whole numbers")
        if last < first:
            raise ValueError(f"{name[:80]}: it ends before it begins")
        shapes[name], end = tuple(shape), max(end, last)
        types[name] = str(entry.get("dtype", ""))[:20]
    return Header(shapes, metadata, types), end


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _read_gguf(path: Path) -> Header:
    header = read_gguf_header(path)
    tensors = header.tensors.items()
    return Header(
        {name: tensor.shape for name, tensor in tensors},
        header.metadata,
        {name: tensor.kind.name for name, tensor in tensors},
    )


def _read_pickled(path: Path) -> Header:
    from animator.models.weights import read_tensors

    tensors = read_tensors(path)
    return Header({name: tuple(value.shape) for name, value in tensors.items()}, {})
