"""The user comment of EXIF: written into JPEG and WebP files, and read back, whoever wrote it.

A1111 keeps its infotext there. The tag's text begins with eight letters that name its encoding; that of
UNICODE is UTF-16 in either byte order, often another than that of the rest of the data.
"""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

MAX_BYTES = 4_000_000
"""Largest block of EXIF data that is read."""
MAX_JPEG_BYTES = 65_000
"""Largest block that a JPEG file holds."""
_EXIF = b"Exif\0\0"
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286
_ENTRY = 12
_MOST_ENTRIES, _MOST_CHUNKS = 1000, 1000
_UNICODE, _ASCII, _JIS = b"UNICODE\0", b"ASCII\0\0\0", b"JIS\0\0\0\0\0"


def exif_of(text: str) -> bytes:
    """Returns EXIF data with a user comment, as A1111 writes it: big-endian, in UTF-16."""
    comment = _UNICODE + text.encode("utf-16-be")
    # Header; a directory whose only entry leads to that of EXIF; that one, whose only entry is the comment.
    first, second, content = 8, 8 + 2 + _ENTRY + 4, 8 + 2 * (2 + _ENTRY + 4)
    return b"".join(
        (
            _EXIF,
            struct.pack(">2sHI", b"MM", 42, first),
            struct.pack(">HHHIII", 1, _EXIF_IFD, 4, 1, second, 0),
            struct.pack(">HHHIII", 1, _USER_COMMENT, 7, len(comment), content, 0),
            comment,
        )
    )


def read_user_comment(file: BinaryIO) -> str:
    """Returns the user comment of a JPEG or WebP file; empty for other files, and where it is damaged.

    Args:
        file: The file, at any position.
    """
    file.seek(0)
    head = file.read(12)
    if head.startswith(b"\xff\xd8"):
        blocks = _jpeg_blocks(file)
    elif head[:4] == b"RIFF" and head[8:] == b"WEBP":
        blocks = _webp_blocks(file)
    else:
        return ""
    return next(filter(None, map(_comment_in, blocks)), "")


def _jpeg_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yields the EXIF data in the segments of a JPEG file."""
    file.seek(2)
    for _ in range(_MOST_CHUNKS):
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xD9, 0xDA):  # the end, or the pixels
            return
        size = int.from_bytes(head[2:], "big") - 2
        content = file.read(max(size, 0))
        if head[1] == 0xE1 and content.startswith(_EXIF):
            yield content[len(_EXIF) :]


def _webp_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yields the EXIF data in the chunks of a WebP file."""
    end = file.seek(0, io.SEEK_END)
    at = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        size = int.from_bytes(head[4:], "little")
        if len(head) < 8 or at + 8 + size > end:
            return
        if head[:4] == b"EXIF" and size <= MAX_BYTES:
            yield file.read(size).removeprefix(_EXIF)
        at += 8 + size + size % 2


def _comment_in(block: bytes) -> str:
    """Returns the user comment in EXIF data; empty if it has none, or is damaged."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4], "")
    try:
        if order:
            (first,) = struct.unpack_from(f"{order}I", block, 4)
            directory = _entry(block, order, first, _EXIF_IFD)
            if directory is not None:
                comment = _entry(block, order, directory[1], _USER_COMMENT)
                if comment is not None and comment[0] > 8:
                    return _decoded(block[comment[1] : comment[1] + comment[0]])
    except struct.error:
        pass
    return ""


def _entry(block: bytes, order: str, at: int, wanted: int) -> tuple[int, int] | None:
    """Returns count and value of a directory's entry; None if it has none."""
    (count,) = struct.unpack_from(f"{order}H", block, at)
    for number in range(min(count, _MOST_ENTRIES)):
        tag, _, size, value = struct.unpack_from(f"{order}HHII", block, at + 2 + number * _ENTRY)
        if tag == wanted:
            return size, value
    return None


def _decoded(comment: bytes) -> str:
    code, text = comment[:8], comment[8:]
    if code == _UNICODE:
        return _utf16(text).strip("\0")
    if code == _JIS:
        return text.decode("iso2022_jp", "replace").strip("\0")
    body = text if code in (_ASCII, b"\0" * 8) else comment
    return body.decode("utf-8", "replace").strip("\0 ")


def _utf16(text: bytes) -> str:
    """Returns UTF-16 text in the byte order with more letters of ASCII; some programs write UTF-8."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return text.decode("utf-16", "replace")
    if b"\0" not in text:
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:  # then it is UTF-16 without a letter of ASCII
            pass
    both = [text.decode(order, "replace") for order in ("utf-16-be", "utf-16-le")]
    return max(both, key=lambda read: sum(letter.isascii() for letter in read))
