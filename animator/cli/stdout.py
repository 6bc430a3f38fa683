"""Standard output as a pipe of frames; whatever else is printed meanwhile goes to standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


@contextmanager
def binary_stdout() -> Iterator[BinaryIO]:
    """Standard output for bytes alone, in a `with` block.

    Libraries that print, in Python or below it, would break the stream; their words go to standard error.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    out = os.fdopen(kept, "wb")
    try:
        yield out
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        with suppress(BrokenPipeError):  # was told when it happened
            out.close()
