"""Where trainings are in a renders folder: their data sets, their runs, and what they made."""

from pathlib import Path

FOLDER = "trainings"
"""The folder in the renders folder; nothing else is in it."""


def files_of(renders: Path) -> Path:
    """Returns the folder in which settings find data sets, by names such as `datasets/robot`."""
    return renders / FOLDER / "files"


def runs_of(renders: Path) -> Path:
    """Returns the folder of the run folders."""
    return renders / FOLDER / "runs"


def models_of(renders: Path) -> Path:
    """Returns the model folder into which results go."""
    return renders / FOLDER / "models"
