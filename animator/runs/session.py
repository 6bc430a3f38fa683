"""A command-line session: warnings, an orderly stop on signals, CPU threads, and the frames to render."""

import logging
import signal
import sys
from dataclasses import dataclass

from animator.core.printable import printable

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
    handler = logging.StreamHandler()
    handler.setFormatter(_PlainFormatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def say(text: str) -> None:
    """Prints a line on standard error; standard output is for data."""
    sys.stderr.write(f"{printable(text)}\n")


class _PlainFormatter(logging.Formatter):
    """Formats messages as plain lines, their control characters escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line of a record."""
        return printable(super().format(record))
