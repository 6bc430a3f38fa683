"""Encodes frames as PNG files: as fast as a film needs, or as small as its owner wants.

Pillow's encoder tries five filters for each row, which takes longer than a GPU takes for the image. Here each
row has the filter that suits photographs best; PNG specification (W3C, 2003), chapters 5, 9 and 10.
"""

import importlib
import importlib.util
import struct
import zlib
from collections.abc import Sequence
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from animator.images.image import Image8
from animator.images.png_chunks import SIGNATURE, PngText

FASTEST_LEVEL, SMALLEST_LEVEL = 1, 9

_AVERAGE = 3
"""The filter that stores the difference to the mean of the pixels on the left and above."""
_RGB = 2


def encode_png(pixels: Image8, texts: Sequence[PngText] = (), level: int = FASTEST_LEVEL) -> bytes:
    """Returns an image as a PNG file.

    Args:
        pixels: uint8 RGB (H, W, 3).
        texts: Text chunks to put before the pixels.
        level: Effort of the compression, from 1, which codes single bytes only (repetitions, too, with the
            package `isal`, where it is installed), to 9.
    """
    height, width, _ = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _RGB, 0, 0, 0)
    rows = _filtered(pixels)
    packed = _compress_fast(rows) if level == FASTEST_LEVEL else _compress(rows, level)
    chunks = [(b"IHDR", header), *texts, (b"IDAT", packed), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _filtered(pixels: Image8) -> NDArray[np.uint8]:
    """Returns the rows of an image (H, 1 + 3 W), each filtered, behind the number of its filter."""
    height, width, channels = pixels.shape
    rows = pixels.reshape(height, width * channels)
    left, above = np.zeros_like(rows), np.zeros_like(rows)
    left[:, channels:] = rows[:, :-channels]
    above[1:] = rows[:-1]
    filtered = np.empty((height, 1 + width * channels), np.uint8)
    filtered[:, 0] = _AVERAGE
    mean = (left & above) + ((left ^ above) >> 1)  # rounded down, without leaving eight bits
    np.subtract(rows, mean, out=filtered[:, 1:])
    return filtered


def _compress_fast(data: NDArray[np.uint8]) -> bytes:
    isal_zlib = _isal_zlib()
    if isal_zlib is None:
        return _compress(data, FASTEST_LEVEL, zlib.Z_HUFFMAN_ONLY)
    return bytes(isal_zlib.compress(data, FASTEST_LEVEL))


@cache
def _isal_zlib() -> ModuleType | None:
    """Returns the optional package that compresses several times faster, where it is installed."""
    return importlib.import_module("isal.isal_zlib") if importlib.util.find_spec("isal") else None


def _compress(data: NDArray[np.uint8], level: int, strategy: int = zlib.Z_FILTERED) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL + 1, strategy)
    return packer.compress(data.data) + packer.flush()


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", checksum)))
