"""Standard output as a pipe of frames; other prints go to standard error meanwhile."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


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
