"""Marks in the files that animator writes, so that it later knows them from other people's."""

import hashlib
import os
import re
import zlib
from pathlib import Path

OUTPUT = "animator-output"
"""Key of the PNG text that says which output of ours an image belongs to."""
VIDEO, DEPTH, PLOT, GRID, IMAGE = "video", "depth", "plot", "grid", "image"
GRID_COMMENT = "animator.grid.1"
"""Metadata comment of the film of a grid."""
PART_COMMENT = "animator.part.1"
"""Metadata comment of a video file that is not complete yet."""
_ANIMATION_MARK = b"animator.video.1"
"""In a comment at the end of a GIF file, in a chunk of our own at the end of a WebP file."""
IMAGE_MARK = b"animator.image.1"
"""Comment of a JPEG file."""
_JPEG_HEAD = 100_000  # the comment is behind the EXIF data, which has at most 65 535 bytes
_PNG_HEAD = 33  # the signature and the chunk IHDR
RECORD_MARK = "# animator run, sha256 as written: "
_YAML = re.compile(r"# animator (\w+), sha256 as written: ([0-9a-f]{64})\n")


def mark_png(png: bytes, kind: str) -> bytes:
    """Returns a PNG file with a text chunk that marks it as ours.

    Args:
        png: The file.
        kind: The output it belongs to: VIDEO, DEPTH, PLOT, GRID or IMAGE.
    """
    body = b"tEXt" + f"{OUTPUT}\0{kind}".encode()
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]


def mark_animation(path: Path) -> None:
    """Marks a finished GIF or WebP file as ours; other files stay as they are."""
    with path.open("r+b") as file:
        head = file.read(12)
        if head.startswith(b"GIF8"):
            file.seek(-1, os.SEEK_END)  # the trailer, which stays the last byte
            file.write(b"!\xfe" + bytes([len(_ANIMATION_MARK)]) + _ANIMATION_MARK + b"\0;")
        elif head[:4] == b"RIFF" and head[8:] == b"WEBP":
            end = file.seek(0, os.SEEK_END)
            chunk = b"ANMT" + len(_ANIMATION_MARK).to_bytes(4, "little") + _ANIMATION_MARK
            file.write(chunk)
            file.seek(4)
            file.write((end + len(chunk) - 8).to_bytes(4, "little"))


def mark_webp(webp: bytes) -> bytes:
    """Returns a WebP file with a chunk that marks it as ours."""
    marked = webp + b"ANMT" + len(_ANIMATION_MARK).to_bytes(4, "little") + _ANIMATION_MARK
    return marked[:4] + (len(marked) - 8).to_bytes(4, "little") + marked[8:]


def has_image_mark(path: Path) -> bool:
    """Returns True for a JPEG file with a comment `IMAGE_MARK` before its pixels."""
    comment = b"\xff\xfe" + (len(IMAGE_MARK) + 2).to_bytes(2, "big") + IMAGE_MARK
    with path.open("rb") as file:
        return comment in file.read(_JPEG_HEAD)


def has_animation_mark(path: Path) -> bool:
    """Returns True for a file that `mark_animation` or `mark_webp` marked."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return _ANIMATION_MARK in file.read()


def mark_yaml(text: str, kind: str) -> str:
    """Returns YAML text below a comment with its digest, which no longer fits once it is edited.

    Args:
        text: The YAML text.
        kind: A word for what it is: `run` for the record of a run, `preset` for a preset.
    """
    return f"# animator {kind}, sha256 as written: {hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def yaml_mark(text: str) -> str | None:
    """Returns the kind of a marked YAML text that was not edited since; None for any other text."""
    match = _YAML.match(text)
    if match is None or hashlib.sha256(text[match.end() :].encode()).hexdigest() != match[2]:
        return None
    return match[1]
