"""Opens files of a run folder, and only those."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from animator.errors import RunError
from animator.runs.run_folder import refuse_links
from animator.server.errors import NotFoundError

_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


def open_run_file(folder: Path, name: str) -> BinaryIO:
    """Opens a regular file of a run folder for reading; takes no lock, and follows no link.

    Args:
        folder: The run folder.
        name: Name of the file, or folder and name such as `frames/000000000.png`; ours, never a client's.

    Raises:
        NotFoundError: It is not there, is a link or no file, or links lead out of the run folder.
    """
    try:
        refuse_links(folder)
        path = folder / name
        if path.is_symlink():  # where the system has no flag for it
            raise NotFoundError(f"{name}: is a symbolic link, which is not followed")
        file = os.fdopen(os.open(path, _FLAGS), "rb")
    except (OSError, ValueError, RunError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise NotFoundError(f"{name}: is not in the run folder, or cannot be read: {reason}") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotFoundError(f"{name}: is not a file")
    return file
