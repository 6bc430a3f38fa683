"""Search path of model files: the preset's folders, those of ANIMATOR_MODELS, torch's download folder.

Where a confinement is in force, its folders of models take the place of ANIMATOR_MODELS.

No other module reads ANIMATOR_MODELS.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from animator.core.confinement import confinement, named_path
from animator.core.paths import expand_user, is_file, is_folder

VARIABLE = "ANIMATOR_MODELS"


def shared_folders() -> tuple[Path, ...]:
    """Returns the folders that ANIMATOR_MODELS names, separated as in PATH; none if it is not set."""
    value = os.environ.get(VARIABLE, "")
    names = [value] if is_folder(expand_user(value)) else value.split(os.pathsep)
    return tuple(expand_user(name) for name in names if name)


def model_folders(named: Iterable[str | Path] = ()) -> tuple[Path, ...]:
    """Returns the folders in which models are found by name: the named ones, then ANIMATOR_MODELS.

    Raises:
        OutsideError: A named one leads out of the confinement in force.
    """
    current = confinement()
    shared = shared_folders() if current is None else current.models
    return tuple(dict.fromkeys((*map(named_path, named), *shared)))


def torch_downloads() -> Path:
    """Returns torch's download folder of checkpoints."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"


def download_folder() -> Path:
    """Returns the folder into which weights are downloaded: the first shared one, or else torch's own."""
    return (*shared_folders(), torch_downloads())[0]


def find_file(names: Iterable[str], folders: Iterable[Path]) -> Path | None:
    """Returns the first file with one of these names, in the folders or one level below, or None."""
    candidates = tuple(names)
    for folder in filter(is_folder, folders):
        for name in candidates:
            for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
                if is_file(path):
                    return path
    return None
