"""The metadata comment of a video file: written with the video, read back through ffmpeg."""

import re
import subprocess
from pathlib import Path

from animator.errors import UserError
from animator.film.ffmpeg import run_any
from animator.film.ffmpeg_input import input_options
from animator.film.video_stream import deadline_of

_SPECIAL = re.compile(r"[=;#\\\n]")
# Matroska and WebM have it in capitals.
_COMMENT = re.compile(r"^comment=((?:[^\\\n]|\\.)*)$", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def metadata_text(comment: str) -> str:
    """Returns the ffmetadata file for a comment, which may be too long for a command line."""
    escaped = _SPECIAL.sub(lambda match: f"\\{match[0]}", comment)
    return f";FFMETADATA1\ncomment={escaped}\n"


def read_comment(path: Path) -> str:
    """Returns the comment of an image or video file; empty if there is none.

    Raises:
        UserError: ffmpeg cannot read the file.
    """
    try:
        args = ["-hide_banner", "-loglevel", "error", "-nostdin", *input_options(path)]
        done = run_any([*args, "-f", "ffmetadata", "-"], deadline_s=deadline_of(path))
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{path}: could not be read within {error.timeout:.0f} s; is it a video?") from error
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip()[-300:]
        raise UserError(f"{path}: is not an image or video that can be read: {message}")
    match = _COMMENT.search(done.stdout.decode("utf-8", errors="replace"))
    return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL) if match else ""
