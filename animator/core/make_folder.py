"""Creates folders that programs write to."""

from pathlib import Path

from animator.errors import ChooseOutput, RunError


def make_folder(folder: Path) -> None:
    """Creates a folder; raises a RunError where that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be created: {error.strerror}", ChooseOutput()) from error
