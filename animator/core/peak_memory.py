"""`peak_bytes`: the most memory that this process has had."""

import sys
from contextlib import suppress

with suppress(ImportError):  # Windows has no such module
    import resource


def peak_bytes() -> int | None:
    """Returns the largest resident memory of this process in bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
