"""Runs ffmpeg and reports its failures with the end of its standard error."""

import subprocess
from collections.abc import Sequence

from animator.errors import VideoError

QUIET = ("-y", "-hide_banner", "-loglevel", "error", "-nostdin")
MAX_STDERR = 2000
"""Characters of ffmpeg's standard error, from its end, that a message carries."""


def executable() -> str:
    """Returns the path of the ffmpeg in use: imageio-ffmpeg's, or the one of IMAGEIO_FFMPEG_EXE."""
    from imageio_ffmpeg import get_ffmpeg_exe

    return str(get_ffmpeg_exe())


def run(args: Sequence[str], purpose: str, stdin: bytes = b"") -> bytes:
    """Runs ffmpeg and returns its standard output.

    Args:
        args: The command line without the executable.
        purpose: Subject of the message of a failure, such as the name of the video.
        stdin: Its standard input.

    Raises:
        VideoError: ffmpeg failed.
    """
    done = subprocess.run([executable(), *args], input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise ffmpeg_error(purpose, done.returncode, done.stderr)
    return done.stdout


def ffmpeg_error(purpose: str, code: int, stderr: bytes) -> VideoError:
    """Returns the error for a failed ffmpeg, with its exit code and the end of its standard error."""
    return VideoError(f"{purpose}: ffmpeg stopped with exit code {code}: {stderr_tail(stderr)}")


def stderr_tail(stderr: bytes) -> str:
    """Returns the end of ffmpeg's standard error, for a message."""
    return stderr.decode(errors="replace").strip()[-MAX_STDERR:] or "(no message)"
