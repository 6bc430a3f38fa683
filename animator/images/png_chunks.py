"""Chunks of PNG files: their texts, and the file without them.

Pillow refuses an image for a text of more than a megabyte, and expands every compressed text of a file.
"""

import io
import zlib
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEAD_BYTES = 24
"""Bytes of a PNG file up to the end of its width and height."""
MAX_TEXT_BYTES = 16_000_000
"""Largest text that is read, expanded."""
_MAX_TOTAL_BYTES = 64_000_000
_MAX_EXPANSION = 1032
"""Bytes that a byte of a deflated text can expand to, at most."""
_MAX_CHUNKS = 200_000
PngText = tuple[bytes, bytes]
"""Kind and content of a text chunk, such as (b"tEXt", b"Title\0A cat")."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_ORIENTED = ("XML:com.adobe.xmp", "Raw profile type exif")
"""Texts in which other programs record the orientation of an image."""
_MAX_ORIENTED_BYTES = 1_000_000


@dataclass(frozen=True)
class Chunk:
    """One chunk of a PNG file.

    Attributes:
        kind: Its four letters.
        start: Position of its length in the file.
        size: Bytes of its content.
    """

    kind: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        """Position behind its checksum."""
        return self.start + 12 + self.size


def read_texts(
    file: BinaryIO, *, before_pixels: bool = False, keys: Container[str] | None = None
) -> dict[str, str]:
    """Returns the texts of a PNG file by key; damaged and very long ones are left out.

    Args:
        file: The file, at any position.
        before_pixels: Stop at the first pixels, where our own texts have ended.
        keys: The keys of the texts to read; others are not expanded. None reads all.
    """
    texts: dict[str, str] = {}
    left = _MAX_TOTAL_BYTES
    with suppress(ValueError):
        for chunk in _chunks(file):
            if before_pixels and chunk.kind == b"IDAT":
                break
            if chunk.kind not in _TEXTS or chunk.size > MAX_TEXT_BYTES:
                continue
            file.seek(chunk.start + 8)
            limit = min(left, MAX_TEXT_BYTES)
            content = file.read(chunk.size)
            if keys is not None and _key(content) not in keys:
                continue
            entry = _parse_text(chunk.kind, content, limit)
            left -= min(limit, _MAX_EXPANSION * chunk.size) if entry is None else len(entry[1])
            if entry is not None:
                texts[entry[0]] = entry[1]
    return texts


def text_chunk(key: str, text: str) -> PngText:
    """Returns the chunk of a text: in Latin-1 where that has its letters, otherwise in UTF-8."""
    try:
        return b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")


def size_in(head: bytes) -> tuple[int, int] | None:
    """Returns width and height that the first `HEAD_BYTES` of a PNG file claim; None if it is none."""
    if not head.startswith(SIGNATURE) or head[12:16] != b"IHDR" or len(head) < HEAD_BYTES:
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def without_texts(png: bytes) -> bytes:
    """Returns a PNG file without the texts that say nothing about its pixels.

    Raises:
        ValueError: It has too many chunks.
    """
    kept: list[bytes] = []
    at = 0
    wanted = set(_ORIENTED)
    for chunk in _chunks(io.BytesIO(png)):
        if chunk.kind not in _TEXTS:
            continue
        key = _key(png[chunk.start + 8 : chunk.start + 88])
        if key in wanted and chunk.size <= _MAX_ORIENTED_BYTES:
            wanted.remove(key)
            if _parse_text(chunk.kind, png[chunk.start + 8 : chunk.end - 4], _MAX_ORIENTED_BYTES):
                continue
        kept.append(png[at : chunk.start])
        at = chunk.end
    return b"".join((*kept, png[at:])) if kept else png


def _chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Yields the complete chunks of a PNG file; none for another file.

    Raises:
        ValueError: It has too many chunks.
    """
    end = file.seek(0, io.SEEK_END)
    file.seek(0)
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return
    at = len(SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        chunk = Chunk(head[4:], at, int.from_bytes(head[:4], "big"))
        if len(head) < 8 or chunk.end > end or chunk.kind == b"IEND":
            return
        yield chunk
        at = chunk.end
    raise ValueError(f"it has more than {_MAX_CHUNKS} chunks")


def _key(content: bytes) -> str:
    return content.partition(b"\0")[0].decode("latin-1")


def _parse_text(kind: bytes, content: bytes, limit: int) -> tuple[str, str] | None:
    """Returns the key and text of a chunk's content; None if it is damaged or longer than the limit."""
    key, zero, rest = content.partition(b"\0")
    is_packed = kind == b"zTXt"
    if kind == b"iTXt":
        is_packed, rest = rest[:1] == b"\1", rest[1:]
    method = rest[:1]
    if kind != b"tEXt":
        rest = rest[1:]
    if kind == b"iTXt":
        rest = rest.partition(b"\0")[2].partition(b"\0")[2]  # behind the language and the translated key
    if not zero or (is_packed and method != b"\0"):
        return None
    text = _expand(rest, limit) if is_packed else rest[: limit + 1]
    if text is None or len(text) > limit:
        return None
    encoding = "utf-8" if kind == b"iTXt" else "latin-1"
    return key.decode("latin-1"), text.decode(encoding, "replace")


def _expand(packed: bytes, limit: int) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(packed, limit + 1)
    except zlib.error:
        return None
