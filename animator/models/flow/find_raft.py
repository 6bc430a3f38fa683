"""Finds the weights of RAFT, or downloads them where that is permitted. Loads nothing."""

from pathlib import Path

from animator.core.confinement import named_path
from animator.core.fetch import PublicFile
from animator.core.paths import is_file
from animator.errors import AllowDownload, ModelError
from animator.models.folders import download_folder, torch_downloads
from animator.models.published import Published
from animator.models.stand_ins import stand_in

RAFT_FILES = (
    *("raft_large_C_T_SKHT_V2-ff5fadd5.pth", "raft_large_C_T_V2-1bb1363a.pth"),
    "raft_small_C_T_V2-01064c6d.pth",
)
"""File names of torchvision's weights, the most accurate first."""
RAFT = Published(
    RAFT_FILES,
    PublicFile(
        f"https://download.pytorch.org/models/{RAFT_FILES[0]}",
        "ff5fadd56d26b40647388883af1547351ea17868b765c05b27231e72dd16a322",
    ),
)
"""What is downloaded: the first of them, 20 MB."""


def find_raft(path: str, folders: tuple[Path, ...]) -> Path | None:
    """Returns the path of RAFT's weights; None where they may be downloaded, or another flow stands in.

    Args:
        path: The path; empty searches torchvision's file names.
        folders: Folders to search before torch's download folder.

    Raises:
        ModelError: They were not found.
    """
    try:
        return _find(path, folders)
    except ModelError as missing:
        if not path and RAFT.may_download:
            return None
        stand_in(missing, "flow.raft: RAFT", "DIS flow")
        return None


def find_or_download_raft(path: str, folders: tuple[Path, ...]) -> Path | None:
    """Returns the path of RAFT's weights, downloaded if they are missing; None where another flow stands in.

    Args:
        path: As for `find_raft`.
        folders: As for `find_raft`.

    Raises:
        ModelError: They were not found, and could not be downloaded.
    """
    found = find_raft(path, folders)
    if found is not None or path or not RAFT.may_download:
        return found
    try:
        return RAFT.download()
    except OSError as error:
        missing = ModelError(
            f"flow.raft: {RAFT_FILES[0]} could not be downloaded ({error}). Get it from {RAFT.source.url} "
            f"and put it into {download_folder()}, or choose DIS Fine"
        )
        stand_in(missing, "flow.raft: RAFT", "DIS flow")
        return None


def _find(path: str, folders: tuple[Path, ...]) -> Path:
    if path:
        named = named_path(path)
        if not is_file(named):
            raise ModelError(f"{path}: no such file; expected the weights of RAFT")
        return named
    found = RAFT.find(folders)
    if found is None:
        places = " or ".join(str(folder) for folder in (*folders, torch_downloads()))
        raise ModelError(
            f"flow.raft: is empty; RAFT needs the path of its weights, or torchvision's {RAFT_FILES[0]} in "
            f"{places}, or choose DIS Fine",
            AllowDownload(),
        )
    return found
