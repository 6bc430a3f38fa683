"""Finds a checkpoint by name: the built-in model, a folder, a file or a hub id. Loads nothing."""

from dataclasses import dataclass
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.paths import exists
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import HARMLESS, PICKLED
from animator.models.diffusion.checkpoints.library import Library
from animator.starter import model_folder

STARTER = "starter"


@dataclass(frozen=True)
class Checkpoint:
    """Location of a model.

    Attributes:
        name: Name in the preset.
        location: A folder, a file, or a hub id.
        kind: "folder", "file" or "hub".
    """

    name: str
    location: str
    kind: str


def find_checkpoint(name: str, library: Library = Library()) -> Checkpoint:  # noqa: B008 (a frozen value)
    """Finds the checkpoint of a name.

    Args:
        name: `starter`, a diffusers folder, a .safetensors or GGUF file, the name of one in the library, or a
            hub id.
        library: Finds names without a path.

    Raises:
        ModelError: There is no model of that name.
    """
    if name == STARTER:
        return Checkpoint(name, str(model_folder()), "folder")
    path = named_path(name)
    location = path if exists(path) else library.checkpoint(name)
    if location is not None and location.is_dir():
        if not (location / "model_index.json").is_file():
            raise ModelError(
                f"model {name}: the folder has no model_index.json, so it is not a diffusers model"
            )
        return Checkpoint(name, str(location), "folder")
    if location is not None:
        return _file(name, location)
    if path.suffix in (*HARMLESS, *PICKLED) or not is_hub_id(name):
        raise ModelError(
            f"model {name}: there is no such folder or file; {library.nearest_checkpoint(name)}"
            f"expected {STARTER}, a diffusers folder, a .safetensors or GGUF file, or a hub id such as "
            "owner/model"
        )
    return Checkpoint(name, name, "hub")


def is_hub_id(name: str) -> bool:
    """Returns True for a name that may be a model's on the hub, such as `owner/model`."""
    return (
        name.count("/") == 1
        and ":" not in name
        and not Path(name).is_absolute()
        and not name.startswith((".", "~", "/"))
    )


def _file(name: str, path: Path) -> Checkpoint:
    if path.suffix not in (*HARMLESS, *PICKLED):
        raise ModelError(
            f"model {name}: is not a model file; expected a .safetensors or GGUF file, or a diffusers folder"
        )
    return Checkpoint(name, str(path), "file")
