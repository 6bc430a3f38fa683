"""`Library`: finds models, LoRA files and embeddings by name in folders.

Any folder layout works, such as A1111's `models`: files are identified by their content, not by their folder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from animator.core.confinement import is_within, named_path
from animator.core.paths import exists, is_file
from animator.core.permissions import permissions
from animator.core.walk import TooManyFilesError, walk
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import HARMLESS, PICKLED, SAFE
from animator.models.diffusion.checkpoints.identify import identify
from schedules.suggest import suggestion

INDEX = "model_index.json"
PART = "diffusion_pytorch_model"
"""File name of the weights of one diffusers component."""
HYPERNETWORKS = (SAFE, ".pt")
"""Suffixes of hypernetwork files."""
SMALL = 20_000_000
"""Size limit of embeddings in bytes; larger files are not opened when embeddings are listed."""


@dataclass(frozen=True)
class Library:
    """Finds model files by name.

    Attributes:
        folders: Searched in order; missing folders count as empty.
    """

    folders: tuple[Path, ...] = ()

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """All model files and diffusers folders below the folders, sorted by path.

        Links that lead out of the confinement in force are left out.

        Raises:
            ModelError: A folder has too many files to be one of models.
        """
        try:
            return tuple(path for folder in self.folders for path in sorted(_walk(folder)) if is_within(path))
        except TooManyFilesError as error:
            raise ModelError(str(error)) from error

    @cached_property
    def embeddings(self) -> dict[str, Path]:
        """Textual inversion files by their lower-case names in prompts."""
        by_name: dict[str, Path] = {}
        for path in self.files:
            if path.is_file() and path.stat().st_size <= SMALL and self._is_embedding(path):
                by_name.setdefault(path.stem.lower(), path)
        return by_name

    def checkpoint(self, name: str) -> Path | None:
        """Returns the checkpoint of a name, with or without its suffix, or None.

        Folders and .safetensors files go before GGUF files, and those before pickles.
        """
        safe = (path for path in self.files if path.suffix == SAFE or path.is_dir())
        harmless = (path for path in self.files if path.suffix in HARMLESS)
        paths = (self._find(name, found) for found in (safe, harmless, iter(self.files)))
        return next((path for path in paths if path is not None), None)

    def locate(self, name: str) -> Path | None:
        """Returns the file or folder at a path, or else the checkpoint of that name; None for neither."""
        path = named_path(name)
        return path if exists(path) else self.checkpoint(name)

    @property
    def searched(self) -> str:
        """Where names are looked for, for messages."""
        return ", ".join(map(str, self.folders)) or "no folder"

    def controlnet(self, name: str) -> Path | None:
        """Returns the ControlNet of a name, a file or a diffusers folder of one component, or None."""
        folders = (path.parent for path in self.files if path.name.startswith(PART))
        folder = next((path for path in folders if path.name.lower() == name.lower()), None)
        return folder or self.checkpoint(name)

    def nearest_checkpoint(self, name: str) -> str:
        """Returns a "did you mean" with the most similar name in the library, or an empty text."""
        return _suggestion(name, [path.stem for path in self.files])

    def lora(self, name: str) -> Path:
        """Returns the LoRA file of a name, with or without its suffix.

        Raises:
            ModelError: There is no such file.
        """
        path = named_path(name)
        if path.suffix == SAFE and is_file(path):
            return path
        lora = self._find(name, (path for path in self.files if path.suffix == SAFE))
        if lora is None:
            searched = ", ".join(str(folder) for folder in self.folders) or "no folder"
            hint = _suggestion(name, [path.stem for path in self.files if path.suffix == SAFE])
            raise ModelError(
                f"<lora:{name}>: there is no {name}{SAFE}; {hint}looked in {searched}, "
                "which the setting `model_folders` names"
            )
        return lora

    def hypernetwork(self, name: str) -> Path:
        """Returns the hypernetwork file of a name, with or without its suffix.

        Those in a folder `hypernetworks` come first, for a model may have the same name.

        Raises:
            ModelError: There is no such file.
        """
        path = named_path(name)
        if path.suffix in HYPERNETWORKS and is_file(path):
            return path
        files = [path for path in self.files if path.suffix in HYPERNETWORKS and not path.is_dir()]
        in_folder = [path for path in files if "hypernet" in path.parent.as_posix().lower()]
        found = self._find(name, iter((*in_folder, *files)))
        if found is None:
            searched = ", ".join(str(folder) for folder in self.folders) or "no folder"
            hint = _suggestion(name, [path.stem for path in in_folder])
            raise ModelError(
                f"<hypernet:{name}>: there is no {name}.pt or {name}{SAFE}; {hint}looked in {searched}, "
                "which the setting `model_folders` names"
            )
        return found

    def _is_embedding(self, path: Path) -> bool:
        if path.suffix in PICKLED and not permissions().pickle:  # not opened: the folder's name decides
            return "embedding" in path.parent.name.lower()
        try:
            return identify(path).what == "embedding"
        except ModelError:  # a broken file is reported when it is used
            return False

    def _find(self, name: str, paths: Iterator[Path]) -> Path | None:
        wanted = name.lower()
        return next((path for path in paths if wanted in (path.name.lower(), path.stem.lower())), None)


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in walk(folder):
        if INDEX in files:  # a diffusers model: its components are not separate models
            folders.clear()
            yield root
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        named = (root / name for name in files if Path(name).suffix in (*HARMLESS, *PICKLED))
        yield from (path for path in named if is_file(path))


def _suggestion(name: str, names: list[str]) -> str:
    question = suggestion(name, names)
    return f"{question} " if question else ""
