"""Finds a ControlNet by name. Loads nothing."""

from pathlib import Path

from animator.core.confinement import named_path
from animator.core.paths import exists
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import PICKLED, SAFE, read_header
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.identify import CONTROLNETS, identify_header
from animator.models.diffusion.checkpoints.library import Library

CONFIG = "config.json"


def find_controlnet(name: str, library: Library) -> Checkpoint:
    """Finds the ControlNet of a name.

    Args:
        name: A file, a diffusers folder, the name of one in the library, or a hub id.
        library: Finds names without a path.

    Raises:
        ModelError: There is no ControlNet of that name.
    """
    if not name:
        raise ModelError("controlnet: no model is named; expected a file, a folder, a name or a hub id")
    path = named_path(name)
    location = path if exists(path) else library.controlnet(name)
    if location is not None and location.is_dir():
        if not (location / CONFIG).is_file():
            raise ModelError(f"controlnet {name}: the folder has no {CONFIG}, so it is not a diffusers model")
        return Checkpoint(name, str(location), "folder")
    if location is not None:
        return Checkpoint(name, str(_file(name, location)), "file")
    is_hub_id = name.count("/") == 1 and not name.startswith((".", "~", "/"))
    if is_hub_id and path.suffix not in (SAFE, *PICKLED):
        return Checkpoint(name, name, "hub")
    raise ModelError(
        f"controlnet {name}: there is no such folder or file; {library.nearest_checkpoint(name)}looked in "
        f"{library.searched}, which the setting `model_folders` names; expected a file, a folder or a hub id"
    )


def _file(name: str, path: Path) -> Path:
    if path.suffix not in (SAFE, *PICKLED):
        raise ModelError(f"controlnet {name}: {path} is not a model file; expected a {SAFE} file or a folder")
    if path.suffix in PICKLED:
        return path
    kind = identify_header(read_header(path))
    if kind.what not in CONTROLNETS:
        raise ModelError(f"controlnet {name}: {path} is not a ControlNet but a file of kind {kind}")
    return path
