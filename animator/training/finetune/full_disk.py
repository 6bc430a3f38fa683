"""`tells_how_to_resume`: a full disk during a training, in words that say what is kept."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from animator.errors import AnimatorError
from animator.training.finetune.state import STATE

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No space, no quota, and a limit of the size of files."""


@contextmanager
def tells_how_to_resume(folder: Path) -> Iterator[None]:
    """Has a full disk within a `with` block be an error for people; other errors stay what they are.

    Args:
        folder: The run folder.

    Raises:
        AnimatorError: There is no space for a file; the state in the folder is whole.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        begins = "after the last state on disk" if (folder / STATE).is_file() else "from its first step"
        raise AnimatorError(
            f"{error.filename or folder}: cannot be written: {error.strerror}. Make room, and start the same "
            f"training again: it resumes {begins}"
        ) from error
