"""Atomic writes: to a temporary name, synced, renamed."""

import os
from pathlib import Path


def atomic_write(path: Path, data: bytes) -> None:
    """Writes `data` to `path`; readers see the old content or the new, never a part.

    Raises:
        OSError: The disk is full, the folder read-only, and so on; the old content is unchanged.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:  # also on Ctrl-C
        partial.unlink(missing_ok=True)
