"""Files as a ZIP archive that is written while it is sent."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from animator.core.read import UnreadableError, open_regular

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

BLOCK = 2**18
MISSING = "missing.txt"
"""The file that says what is not in the archive, and why."""


@dataclass(frozen=True)
class Packed:
    """A file to put into an archive.

    Attributes:
        path: Where it is.
        name: Its path in the archive, with `/`; a number is added where another file has it.
    """

    path: Path
    name: str


class _Parts(io.RawIOBase):
    """What an archive is written to: keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: "Buffer", /) -> int:
        """Keeps the next bytes."""
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def take(self) -> bytes:
        """Returns what was written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def zip_stream(files: Iterable[Packed]) -> Iterator[bytes]:
    """Yields the bytes of an archive with files, which are stored as they are.

    A file that is gone, or cannot be read, is left out; `missing.txt` in the archive then says so.
    """
    parts, names, missing = _Parts(), set[str](), list[str]()
    with zipfile.ZipFile(parts, "w", zipfile.ZIP_STORED) as archive:
        for packed in files:
            name = _free_name(packed.name, names)
            try:
                yield from _add(archive, parts, packed.path, name)
            except UnreadableError as error:
                missing.append(f"{packed.name}: {error}")
        if missing:
            archive.writestr(_free_name(MISSING, names), "\n".join(missing) + "\n")
    yield parts.take()


def _add(archive: zipfile.ZipFile, parts: _Parts, path: Path, name: str) -> Iterator[bytes]:
    with open_regular(path) as file:
        facts = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        with archive.open(facts, "w", force_zip64=True) as entry:
            while block := file.read(BLOCK):
                entry.write(block)
                yield parts.take()


def _free_name(name: str, names: set[str]) -> str:
    """Returns a name that no other file has on any system, and notes it."""
    path, number = PurePosixPath(name), 1
    while name.casefold() in names:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    names.add(name.casefold())
    return name
