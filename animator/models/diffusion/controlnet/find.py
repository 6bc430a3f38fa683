"""A ControlNet's name -> where it is. Loads nothing."""

from pathlib import Path

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import PICKLED, SAFE, read_header
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.identify import kind_of
from animator.models.diffusion.checkpoints.library import Library

CONFIG = "config.json"


def find_controlnet(name: str, library: Library) -> Checkpoint:
    """Where the ControlNet of a name is; loads nothing.

    Args:
        name: A file, a diffusers folder, the name of one in the library, or a hub id.
        library: Where names without a path are looked up.

    Raises:
        ModelError: Nothing of that name can be a ControlNet; says what was found.
    """
    path = Path(name).expanduser()
    found = path if path.exists() else library.net(name)
    if found is not None and found.is_dir():
        if not (found / CONFIG).is_file():
            raise ModelError(f"controlnet {name}: the folder has no {CONFIG}, so it is no diffusers model")
        return Checkpoint(name, str(found), "folder")
    if found is not None:
        return Checkpoint(name, str(_file(name, found, library)), "file")
    is_hub_id = name.count("/") == 1 and not name.startswith((".", "~", "/"))
    if is_hub_id and path.suffix not in (SAFE, *PICKLED):
        return Checkpoint(name, name, "hub")
    where = ", ".join(str(folder) for folder in library.folders) or "no folder"
    raise ModelError(
        f"controlnet {name}: there is no such folder or file; {library.nearest_checkpoint(name)}looked in "
        f"{where}, which `diffusion.model_folders` sets; expected a file, a diffusers folder or a hub id"
    )


def _file(name: str, path: Path, library: Library) -> Path:
    if path.suffix not in (SAFE, *PICKLED):
        raise ModelError(f"controlnet {name}: {path} is no model file; expected a {SAFE} file or a folder")
    if path.suffix in PICKLED:
        return library.readable(path)
    kind = kind_of(read_header(path))
    if kind.what != "controlnet":
        raise ModelError(f"controlnet {name}: {path} is no ControlNet but a file of kind {kind}")
    return path
