"""Finds the weights of RAFT. Loads nothing."""

from pathlib import Path

from animator.core.confinement import named_path
from animator.core.paths import is_file
from animator.errors import ModelError
from animator.models.folders import find_file, torch_downloads
from animator.models.stand_ins import stand_in

RAFT_FILES = (
    *("raft_large_C_T_SKHT_V2-ff5fadd5.pth", "raft_large_C_T_V2-1bb1363a.pth"),
    "raft_small_C_T_V2-01064c6d.pth",
)
"""File names of torchvision's weights, the most accurate first."""


def find_raft(path: str, folders: tuple[Path, ...]) -> Path | None:
    """Returns the path of RAFT's weights; None where another flow stands in for it.

    Args:
        path: The path; empty searches torchvision's file names.
        folders: Folders to search before torch's download folder.

    Raises:
        ModelError: They were not found.
    """
    try:
        return _find(path, folders)
    except ModelError as missing:
        stand_in(missing, "flow.raft: RAFT", "DIS flow")
        return None


def _find(path: str, folders: tuple[Path, ...]) -> Path:
    if path:
        named = named_path(path)
        if not is_file(named):
            raise ModelError(f"{path}: no such file; expected the weights of RAFT")
        return named
    searched = (*folders, torch_downloads())
    found = find_file(RAFT_FILES, searched)
    if found is None:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"flow.raft: is empty; RAFT needs the path of its weights, or torchvision's {RAFT_FILES[0]} in "
            f"{places}, or choose DIS Fine"
        )
    return found
