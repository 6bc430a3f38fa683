"""A command-line session: warnings, an orderly stop on signals, CPU threads, and the frames to render."""

import logging
import signal
import sys
from dataclasses import dataclass

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells report it."""


@dataclass(frozen=True)
class FrameRange:
    """The frames to render in a session.

    Attributes:
        frames: Length of the whole film; None leaves the preset's.
        start: First frame to render again; None resumes where the run stopped.
        stop: First frame not to render; None renders to the end.
    """

    frames: int | None = None
    start: int | None = None
    stop: int | None = None


def start_session(threads: int | None) -> None:
    """Prepares the process for rendering: warnings are shown, signals raise KeyboardInterrupt.

    Args:
        threads: CPU threads that torch may use; None leaves torch's choice.
    """
    from animator.models.device import use_threads

    show_warnings()
    # Explicitly for SIGINT as well: a shell may have set its background jobs to ignore Ctrl-C.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    use_threads(threads)


def show_warnings() -> None:
    """Prints logged warnings on standard error, as plain lines."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)


def say(text: str) -> None:
    """Prints a line on standard error; standard output is for data."""
    sys.stderr.write(f"{text}\n")
