"""Runs ffmpeg, within a deadline where it reads a file of others, and reports its failures."""

import errno
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from animator.errors import VideoError

QUIET = ("-y", "-hide_banner", "-loglevel", "error", "-nostdin")
MAX_STDERR = 2000
"""Characters of ffmpeg's standard error, from its end, that a message carries."""

_ERROR = re.compile(r"\[(error|fatal|panic)\]")
_PREFIX = re.compile(r"\[[\w/#: ]+( @ 0x\w+)?\] ?")
_FOLLOW_UP = re.compile(
    r"Task finished with|Terminating thread|Nothing was written|Could not open encoder|Conversion failed"
)
_ERROR_LINES = 4
_ENDED_BY_OTHERS = (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGKILL", None))


class DisturbedError(VideoError):
    """ffmpeg was killed, or the disk was full: that says nothing about what it was asked to do."""


def executable() -> str:
    """Returns the path of the ffmpeg in use: imageio-ffmpeg's, or the one of IMAGEIO_FFMPEG_EXE."""
    from imageio_ffmpeg import get_ffmpeg_exe

    return str(get_ffmpeg_exe())


def run(args: Sequence[str], purpose: str, stdin: bytes = b"", deadline_s: float | None = None) -> bytes:
    """Runs ffmpeg and returns its standard output.

    Args:
        args: The command line without the executable.
        purpose: Subject of the message of a failure, such as the name of the video.
        stdin: Its standard input.
        deadline_s: Seconds after which it is stopped; None waits for as long as it takes.

    Raises:
        VideoError: ffmpeg failed, or did not end in time.
    """
    try:
        done = run_any(args, stdin, deadline_s)
    except subprocess.TimeoutExpired as error:
        raise VideoError(f"{purpose}: ffmpeg was stopped: not done within {deadline_s:.0f} s") from error
    if done.returncode != 0:
        raise ffmpeg_error(purpose, done.returncode, done.stderr)
    return done.stdout


def run_any(
    args: Sequence[str], stdin: bytes = b"", deadline_s: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Runs ffmpeg and returns the ended process, whatever its exit code.

    Raises:
        subprocess.TimeoutExpired: It did not end in time, and was killed.
    """
    return subprocess.run(
        [executable(), *args], input=stdin, capture_output=True, check=False, timeout=deadline_s
    )


@contextmanager
def killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kills a process that is still being waited for after some seconds; yields the event of that."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def ffmpeg_error(purpose: str, code: int, stderr: bytes) -> VideoError:
    """Returns the error for a failed ffmpeg, with its exit code and the end of its standard error."""
    said = stderr_tail(stderr)
    if -code in _ENDED_BY_OTHERS:
        return DisturbedError(f"{purpose}: ffmpeg was killed, by another program or because memory ran out")
    kind = DisturbedError if os.strerror(errno.ENOSPC) in said else VideoError
    return kind(f"{purpose}: ffmpeg stopped with exit code {code}: {said}")


def error_text(log: str) -> str:
    """Returns the last errors in a log of ffmpeg with levels, without those that only follow from them."""
    errors = [_PREFIX.sub("", line).strip() for line in log.splitlines() if _ERROR.search(line)]
    causes = [line for line in errors if not _FOLLOW_UP.search(line)] or errors
    plain = (re.sub(r"(Format not on whitelist) .*", r"\1", line) for line in causes[-_ERROR_LINES:])
    return " / ".join(dict.fromkeys(plain)) or "(no message)"


def stderr_tail(stderr: bytes) -> str:
    """Returns the end of ffmpeg's standard error, for a message."""
    return stderr.decode(errors="replace").strip()[-MAX_STDERR:] or "(no message)"
