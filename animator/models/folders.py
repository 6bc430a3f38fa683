"""Where weights of every kind are looked for: the preset's folders, ANIMATOR_MODELS, torch's own downloads.

This is the only place that reads ANIMATOR_MODELS.
"""

import os
from collections.abc import Iterable
from pathlib import Path

VARIABLE = "ANIMATOR_MODELS"


def shared_folders() -> tuple[Path, ...]:
    """Returns the folder that ANIMATOR_MODELS names; none where it is not set."""
    named = os.environ.get(VARIABLE)
    return (Path(named).expanduser(),) if named else ()


def model_folders(named: Iterable[str | Path] = ()) -> tuple[Path, ...]:
    """Returns the folders in which models are found by name, in order: those named, then the shared one."""
    return tuple(dict.fromkeys((*(Path(folder).expanduser() for folder in named), *shared_folders())))


def torch_downloads() -> Path:
    """Returns the folder in which torch keeps what it has downloaded."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"


def find_file(names: Iterable[str], folders: Iterable[Path]) -> Path | None:
    """Returns the first file of one of these names, in the folders or one level below; None for none."""
    known = tuple(names)
    for folder in folders:
        for name in known:
            for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
                if path.is_file():
                    return path
    return None
