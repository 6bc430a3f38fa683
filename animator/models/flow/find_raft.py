"""Finds the weights of RAFT. Loads nothing."""

from pathlib import Path

from animator.core.confinement import named_path
from animator.errors import ModelError
from animator.models.folders import find_file, torch_downloads

RAFT_FILES = (
    *("raft_large_C_T_SKHT_V2-ff5fadd5.pth", "raft_large_C_T_V2-1bb1363a.pth"),
    "raft_small_C_T_V2-01064c6d.pth",
)
"""File names of torchvision's weights, the most accurate first."""


def find_raft(path: str, folders: tuple[Path, ...]) -> Path:
    """Returns the path of RAFT's weights.

    Args:
        path: The path; empty searches torchvision's file names.
        folders: Folders to search before torch's download folder.

    Raises:
        ModelError: They were not found.
    """
    if path:
        return named_path(path)
    searched = (*folders, torch_downloads())
    found = find_file(RAFT_FILES, searched)
    if found is None:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"flow.raft: is empty; RAFT needs the path of its weights, or torchvision's {RAFT_FILES[0]} in "
            f"{places}, or choose DIS Fine"
        )
    return found
