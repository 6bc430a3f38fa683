"""A command-line session: warnings, an orderly stop on signals, CPU threads, and the frames to render."""

import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType

from animator.core.printable import printable

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells report it."""

PATIENCE_S = 3.0
"""Time after a signal in which further ones are ignored, as the frames so far are being completed."""


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
    handle_signals(signal.SIGINT, signal.SIGTERM)
    use_threads(threads)


def handle_signals(*signals: signal.Signals) -> None:
    """Has signals raise KeyboardInterrupt once; does nothing outside the main thread.

    Further signals are ignored at first, so that a second Ctrl-C does not tear the clean-up apart. One that
    comes after `PATIENCE_S` ends the process at once, which costs no finished frame.
    """
    if threading.current_thread() is threading.main_thread():
        handler = _StopOnce()
        for number in signals:
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Ignores Ctrl-C and SIGTERM until the process has ended: the interpreter would die of one, not exit."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


class _StopOnce:
    """Signal handler that raises KeyboardInterrupt on the first signal."""

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._first is None:
            self._first = time.monotonic()
            raise KeyboardInterrupt
        if time.monotonic() - self._first > PATIENCE_S:
            os._exit(INTERRUPTED)


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
