"""Fingerprints of files, by which a later session knows whether they have changed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from animator.core.read import check_regular

WHOLE_BYTES = 256_000_000
"""Files up to this size, in total, are hashed in full; of larger ones, samples of about this size."""
SAMPLES = 64
"""Number of samples of a large file, spread evenly from its first byte to its last."""
_BLOCK = 2**20


@dataclass(frozen=True)
class Fingerprint:
    """Size and digest of a file, or of several.

    Attributes:
        bytes: Size, in total.
        sha256: SHA-256 of the file, as `sha256sum` prints it; of several, of their names and digests.
        is_whole: False where only samples were hashed, because the files are large.
    """

    bytes: int
    sha256: str
    is_whole: bool = True


def fingerprint(files: Sequence[Path]) -> Fingerprint:
    """Returns the fingerprint of one file or several, in bounded time whatever their size.

    Raises:
        OSError: One is missing, or cannot be read.
        UnreadableError: One is not a regular file.
    """
    share = WHOLE_BYTES // max(1, len(files))
    sizes: list[int] = []
    digests: list[str] = []
    for path in files:
        check_regular(path)
        sizes.append(path.stat().st_size)
        digests.append(_sha256(path, sizes[-1], share))
    is_whole = all(size <= share for size in sizes)
    if len(digests) == 1:
        return Fingerprint(sizes[0], digests[0], is_whole)
    lines = [f"{path.name} {size} {text}\n" for path, size, text in zip(files, sizes, digests, strict=True)]
    return Fingerprint(sum(sizes), hashlib.sha256("".join(lines).encode()).hexdigest(), is_whole)


def _sha256(path: Path, size: int, share: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for start, length in _samples(size, share):
            file.seek(start)
            for block in _blocks(file, length):
                digest.update(block)
    return digest.hexdigest()


def _samples(size: int, share: int) -> Iterator[tuple[int, int]]:
    """Yields start and length of each part of a file to read: all of it, or samples."""
    if size <= share:
        yield 0, size
        return
    length = max(1, share // SAMPLES)
    for sample in range(SAMPLES):
        yield sample * (size - length) // (SAMPLES - 1), length


def _blocks(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (block := file.read(min(length, _BLOCK))):
        yield block
        length -= len(block)
