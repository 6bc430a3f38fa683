"""Where the result of a training is written, and whether it may be."""

from pathlib import Path

from animator.core.confinement import confinement, named_path
from animator.core.paths import exists
from animator.errors import UserError
from animator.models.folders import model_folders
from animator.training.finetune.settings import Kind, TrainingSettings

_FOLDERS: dict[Kind, str] = {
    "lora": "Lora",
    "dreambooth": "Stable-diffusion",
    "embedding": "embeddings",
    "hypernetwork": "hypernetworks",
}
"""As in A1111's `models`; any folder works, for files are known by their content."""
_SUFFIXES: dict[Kind, str] = {
    "lora": ".safetensors",
    "dreambooth": "",
    "embedding": ".safetensors",
    "hypernetwork": "",
}
"""Of a diffusers folder none; that of a hypernetwork is a setting."""


def result_path(settings: TrainingSettings) -> Path:
    """Returns the file, or for dreambooth the folder, that a training's result becomes."""
    if settings.out:
        folder = named_path(settings.out)
    else:
        folder = model_folders(settings.model_folders)[0] / _FOLDERS[settings.kind]
    suffix = _SUFFIXES[settings.kind]
    if settings.kind == "hypernetwork":
        suffix = f".{settings.hypernetwork.format}"
    if settings.kind == "dreambooth" and settings.dreambooth.format == "safetensors":
        suffix = ".safetensors"
    return folder / f"{settings.name}{suffix}"


def check_result(path: Path, *, overwrite: bool) -> None:
    """Checks that a result may be written.

    Raises:
        UserError: There is one of that name.
    """
    if exists(path) and not overwrite:
        shown = path if confinement() is None else path.name  # strangers need not know where it is
        raise UserError(f"{shown}: exists; choose another name, or set overwrite to true")
