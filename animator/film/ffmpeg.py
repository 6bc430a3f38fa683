"""Calling ffmpeg: where it is, and its failures with its own words."""

import subprocess
from collections.abc import Sequence

from animator.errors import VideoError

QUIET = ("-y", "-hide_banner", "-loglevel", "error", "-nostdin")
SAID = 2000
"""Characters of ffmpeg's last words that a message carries."""


def executable() -> str:
    """The path of the ffmpeg that is used: imageio-ffmpeg's, or that of IMAGEIO_FFMPEG_EXE."""
    from imageio_ffmpeg import get_ffmpeg_exe

    return str(get_ffmpeg_exe())


def run(arguments: Sequence[str], purpose: str, given: bytes = b"") -> bytes:
    """What ffmpeg writes to standard output.

    Args:
        arguments: What it is told, after its own name.
        purpose: What it is for, such as the film's name; begins the message of a failure.
        given: Its standard input.

    Raises:
        VideoError: It failed.
    """
    done = subprocess.run([executable(), *arguments], input=given, capture_output=True, check=False)
    if done.returncode != 0:
        raise failure(purpose, done.returncode, done.stderr)
    return done.stdout


def failure(purpose: str, code: int, words: bytes) -> VideoError:
    """The error that says how ffmpeg ended, and the end of what it wrote to standard error."""
    return VideoError(f"{purpose}: ffmpeg stopped with exit code {code}: {tail(words)}")


def tail(words: bytes) -> str:
    """The end of what ffmpeg said, for a message."""
    return words.decode(errors="replace").strip()[-SAID:] or "(it said nothing)"
