"""A model's name -> where it is: the built-in model, a folder, a file, a hub id. Loads nothing."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from animator.errors import ModelError

STARTER = "starter"


@dataclass(frozen=True)
class Checkpoint:
    """Where a model is.

    Attributes:
        name: What the preset calls it.
        location: A folder, a file, or a hub id.
        kind: "folder", "file" or "hub".
    """

    name: str
    location: str
    kind: str


def find_checkpoint(name: str) -> Checkpoint:
    """Where the model of a name is: `starter`, a diffusers folder, a .safetensors file, or a hub id.

    Raises:
        ModelError: Nothing of that name can be a model.
    """
    if name == STARTER:
        return Checkpoint(name, str(resources.files("animator.starter").joinpath("model")), "folder")
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / "model_index.json").is_file():
            raise ModelError(f"model {name}: the folder has no model_index.json, so it is no diffusers model")
        return Checkpoint(name, str(path), "folder")
    if path.is_file():
        return _file(name, path)
    if path.suffix or path.is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise ModelError(
            f"model {name}: there is no such folder or file; "
            f"expected {STARTER}, a diffusers folder, a .safetensors file or a hub id such as owner/model"
        )
    return Checkpoint(name, name, "hub")


def _file(name: str, path: Path) -> Checkpoint:
    if path.suffix != ".safetensors":
        raise ModelError(
            f"model {name}: {path.suffix or 'such'} files can run code when they are read; "
            "use the .safetensors file of the model"
        )
    return Checkpoint(name, str(path), "file")
