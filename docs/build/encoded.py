"""Sounds and videos that ffmpeg makes for the examples and their page."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from animator.film import ffmpeg

SOUND = ("-c:a", "aac", "-b:a", "64k")
"""ffmpeg's options for small files of music."""


def encoded(args: Sequence[str], name: str, stdin: bytes = b"") -> bytes:
    """Returns the file that ffmpeg makes; the same bytes each time with the same ffmpeg.

    Args:
        args: ffmpeg's inputs and the options of its output.
        name: A name of the file; its suffix is the format.
        stdin: ffmpeg's standard input.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        exact = ("-movflags", "+faststart", "-fflags", "+bitexact")
        ffmpeg.run([*ffmpeg.QUIET, *args, *exact, str(file)], name, stdin)
        return file.read_bytes()
