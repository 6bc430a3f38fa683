"""Reads the header of a GGUF file: names, shapes, types and places of its tensors, in bounded memory.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Files come from strangers, so every
count and length is compared with what is left of the file before anything is read.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from animator.errors import ModelError

GGUF = ".gguf"
MAX_TENSORS = 100_000
MAX_ENTRIES = 10_000
MAX_NAME = 512
MAX_DIMENSIONS = 4
MAX_HEADER_BYTES = 64_000_000
"""Bytes of the largest header that is read; the vocabularies of language models have some ten MB."""
_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


@dataclass(frozen=True)
class BlockType:
    """How GGUF stores numbers.

    Attributes:
        number: Its number in files.
        name: Its name, such as Q4_K.
        numbers: Numbers of a block.
        bytes: Bytes of a block.
    """

    number: int
    name: str
    numbers: int
    bytes: int


_TYPES = {
    kind.number: kind
    for kind in (
        BlockType(0, "F32", 1, 4),
        BlockType(1, "F16", 1, 2),
        BlockType(2, "Q4_0", 32, 18),
        BlockType(3, "Q4_1", 32, 20),
        BlockType(6, "Q5_0", 32, 22),
        BlockType(7, "Q5_1", 32, 24),
        BlockType(8, "Q8_0", 32, 34),
        BlockType(10, "Q2_K", 256, 84),
        BlockType(11, "Q3_K", 256, 110),
        BlockType(12, "Q4_K", 256, 144),
        BlockType(13, "Q5_K", 256, 176),
        BlockType(14, "Q6_K", 256, 210),
        BlockType(20, "IQ4_NL", 32, 18),
        BlockType(23, "IQ4_XS", 256, 136),
        BlockType(30, "BF16", 1, 2),
    )
}


@dataclass(frozen=True)
class GGUFTensor:
    """Where a tensor is in a file.

    Attributes:
        shape: Its shape, the slowest axis first, as torch has it.
        kind: How its numbers are stored.
        start: Its first byte in the file.
        bytes: Number of its bytes.
    """

    shape: tuple[int, ...]
    kind: BlockType
    start: int
    bytes: int


@dataclass(frozen=True)
class GGUFHeader:
    """Header of a GGUF file.

    Attributes:
        tensors: By name.
        metadata: Texts by key; numbers and lists are left out.
    """

    tensors: Mapping[str, GGUFTensor]
    metadata: Mapping[str, str]


def read_gguf_header(path: Path) -> GGUFHeader:
    """Reads the header of a file.

    Raises:
        ModelError: It is not a GGUF file, is cut off, or has numbers in a form that is not known.
        OSError: It cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        reader = _Reader(path, file, min(size, MAX_HEADER_BYTES))
        if reader.take(len(_MAGIC)) != _MAGIC:
            raise ModelError(f"{path}: is not a GGUF file: it does not begin with GGUF")
        version = reader.number("I")
        if version not in _VERSIONS:
            raise ModelError(f"{path}: is of version {version} of GGUF; expected 2 or 3: convert it again")
        tensors, entries = reader.number("Q"), reader.number("Q")
        if tensors > MAX_TENSORS or entries > MAX_ENTRIES:
            raise reader.broken(f"it announces {tensors} tensors and {entries} entries")
        texts: dict[str, str] = {}
        alignment = _ALIGNMENT
        for _ in range(entries):
            key, value = reader.text(MAX_NAME), reader.value()
            if isinstance(value, str):
                texts[key] = value
            elif key == "general.alignment" and isinstance(value, int):
                alignment = value
        if not 1 <= alignment <= 2**16:
            raise reader.broken(f"its alignment is {alignment}")
        places = [(reader.text(MAX_NAME), *reader.place()) for _ in range(tensors)]
    first = -(-reader.position // alignment) * alignment
    return GGUFHeader(_placed(path, places, first, size), texts)


def _placed(
    path: Path, places: list[tuple[str, tuple[int, ...], int, int]], first: int, size: int
) -> Mapping[str, GGUFTensor]:
    tensors: dict[str, GGUFTensor] = {}
    for name, shape, number, offset in places:
        kind = _TYPES.get(number)
        if kind is None:
            raise ModelError(
                f"{path}: {name} has numbers of type {number} of GGUF, which cannot be read; expected "
                f"{', '.join(known.name for known in _TYPES.values())}"
            )
        count = prod(shape)
        if name in tensors or (shape and shape[-1] % kind.numbers):
            raise ModelError(f"{path}: is corrupt: {name} is there twice, or its rows are no whole blocks")
        length = count // kind.numbers * kind.bytes
        end = first + offset + length
        if end > size:
            raise ModelError(
                f"{path}: is truncated: it has {size} bytes, and {name} ends at {end}; download or copy it "
                "again"
            )
        tensors[name] = GGUFTensor(shape, kind, first + offset, length)
    return tensors


class _Reader:
    """Reads numbers and texts one after the other, and never more than a header may have."""

    def __init__(self, path: Path, file: BinaryIO, limit: int) -> None:
        self._path = path
        self._file = file
        self._limit = limit
        self.position = 0

    def broken(self, reason: str) -> ModelError:
        """Returns the error of a header that makes no sense."""
        return ModelError(
            f"{self._path}: is not a GGUF file, or corrupt: {reason}; download or copy it again"
        )

    def take(self, count: int) -> bytes:
        """Returns the next bytes."""
        if count > self._limit - self.position:
            raise self.broken("its header is longer than the file, or than any that is read")
        data = self._file.read(count)
        if len(data) < count:
            raise self.broken("it ends within its header")
        self.position += count
        return data

    def number(self, form: str) -> int:
        """Returns the next number; `form` is its letter in `struct`."""
        (value,) = struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))
        return int(value) if form not in "fd" else 0

    def text(self, most: int) -> str:
        """Returns the next text, of at most so many bytes."""
        length = self.number("Q")
        if length > most:
            raise self.broken(f"a text has {length} bytes; expected at most {most}")
        return self.take(length).decode("utf-8", "replace")

    def value(self) -> str | int | None:
        """Returns the next value; None for a list, which is skipped."""
        kind = self.number("I")
        if kind == _STRING:
            return self.text(self._limit)
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind != _ARRAY:
            raise self.broken(f"a value has type {kind}")
        kind, count = self.number("I"), self.number("Q")
        if kind in _SCALARS:
            self.take(count * struct.calcsize(f"<{_SCALARS[kind]}"))
            return None
        # Each text of a list has at least the 8 bytes of its length.
        if kind != _STRING or count * 8 > self._limit - self.position:
            raise self.broken(f"a list has {count} values of type {kind}")
        for _ in range(count):
            self.text(self._limit)
        return None

    def place(self) -> tuple[tuple[int, ...], int, int]:
        """Returns the next shape, type and offset."""
        dimensions = self.number("I")
        if dimensions > MAX_DIMENSIONS:
            raise self.broken(f"a tensor has {dimensions} dimensions")
        sides = tuple(self.number("Q") for _ in range(dimensions))
        return sides[::-1], self.number("I"), self.number("Q")
