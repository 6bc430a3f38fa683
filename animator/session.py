"""Set-up of a command-line session: warnings on standard error, an orderly stop on signals, CPU threads."""

import logging
import signal
import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells have it."""


def begin(threads: int | None) -> None:
    """Prepares the process for rendering: warnings are shown, signals raise KeyboardInterrupt.

    Args:
        threads: CPU threads that torch may use; None leaves torch's choice.
    """
    from animator.device import use_threads

    show_warnings()
    # Explicitly for SIGINT as well: a shell may have told its background jobs to ignore Ctrl-C.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    use_threads(threads)


def show_warnings() -> None:
    """Prints logged warnings on standard error, as plain lines."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)


def say(text: str) -> None:
    """Prints a line for the person at the terminal; standard output is for data."""
    sys.stderr.write(f"{text}\n")
