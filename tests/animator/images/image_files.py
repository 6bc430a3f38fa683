"""Image files of every kind, byte by byte, and how they are shown."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from animator.images.image_file import decode_bytes

RED = (200, 10, 20)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(size: tuple[int, int], depth: int, color: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG file of any bit depth and color type; each row begins with its filter."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, color, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + data + chunk(b"IEND", b"")


def with_chunks(file: bytes, *chunks: bytes) -> bytes:
    return file[:33] + b"".join(chunks) + file[33:]


def shown(data: bytes) -> list[list[int]]:
    """The pixels over black."""
    pixels: list[list[int]] = np.asarray(decode_bytes(data, "x").over_black).reshape(-1, 3).tolist()
    return pixels
