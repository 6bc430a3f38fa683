"""Standard output: texts that any terminal can show, or a pipe of frames."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from animator.core.printable import printable


def escape_what_cannot_be_encoded() -> None:
    """Makes both streams escape characters that their encoding lacks instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write_out(text: str) -> None:
    """Prints a text on standard output, its control characters escaped."""
    sys.stdout.write(printable(text))


@contextmanager
def binary_stdout() -> Iterator[BinaryIO]:
    """Opens standard output for bytes alone, in a `with` block.

    Libraries that print, in Python or below it, would break the stream; their output goes to standard error.
    """
    sys.stdout.flush()
    original = os.dup(1)
    os.dup2(2, 1)
    out = os.fdopen(original, "wb")
    try:
        yield out
    finally:
        sys.stdout.flush()
        os.dup2(original, 1)
        with suppress(BrokenPipeError):  # reported when it happened
            out.close()
