"""`Library`: the folders in which models, LoRA files and embeddings are found by name.

Any layout will do, A1111's `models` folder, too: files are told apart by what is in them, not by where they
are.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from animator.errors import AllowPickle, ModelError
from animator.models.diffusion.checkpoints.file_header import PICKLED, SAFE
from animator.models.diffusion.checkpoints.identify import identify
from schedules.suggest import suggestion

INDEX = "model_index.json"
PART = "diffusion_pytorch_model"
"""How the weights of a part of a diffusers model are called."""
SMALL = 20_000_000
"""Bytes; no embedding is larger, so larger files are not looked into when embeddings are listed."""


@dataclass(frozen=True)
class Library:
    """Where names are looked up.

    Attributes:
        folders: Searched in order; those that do not exist are empty.
        allow_pickle: Read .ckpt and .pt files, too, by torch's restricted reader.
    """

    folders: tuple[Path, ...] = ()
    allow_pickle: bool = False

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every model file and diffusers folder below the folders, in order of their paths."""
        return tuple(path for folder in self.folders for path in sorted(_walk(folder)))

    @cached_property
    def embeddings(self) -> dict[str, Path]:
        """The textual inversion files by their names in prompts, lower case."""
        found: dict[str, Path] = {}
        for path in self.files:
            if path.is_file() and path.stat().st_size <= SMALL and self._is_embedding(path):
                found.setdefault(path.stem.lower(), path)
        return found

    def checkpoint(self, name: str) -> Path | None:
        """The checkpoint of a name, with or without its suffix; None where there is none."""
        return self._named(name, (path for path in self.files if path.suffix == SAFE or path.is_dir())) or (
            self._named(name, iter(self.files))
        )

    def net(self, name: str) -> Path | None:
        """The ControlNet of a name: a file, or a diffusers folder that holds one part; None for none."""
        folders = (path.parent for path in self.files if path.name.startswith(PART))
        folder = next((path for path in folders if path.name.lower() == name.lower()), None)
        return folder or self.checkpoint(name)

    def nearest_checkpoint(self, name: str) -> str:
        """A hint that names the nearest checkpoint in the library; empty where nothing is near."""
        return _near(name, [path.stem for path in self.files])

    def lora(self, name: str) -> Path:
        """The LoRA file of a name, with or without its suffix.

        Raises:
            ModelError: There is none; says which is near and where was looked.
        """
        path = Path(name).expanduser()
        if path.suffix == SAFE and path.is_file():
            return path
        found = self._named(name, (path for path in self.files if path.suffix == SAFE))
        if found is None:
            where = ", ".join(str(folder) for folder in self.folders) or "no folder"
            near = _near(name, [path.stem for path in self.files if path.suffix == SAFE])
            raise ModelError(
                f"<lora:{name}>: there is no {name}{SAFE}; {near}looked in {where}, "
                "which `diffusion.model_folders` sets"
            )
        return found

    def readable(self, path: Path) -> Path:
        """The path, if its file may be read.

        Raises:
            ModelError: It is a pickled file, and those are not allowed.
        """
        if path.suffix in PICKLED and not self.allow_pickle:
            raise ModelError(f"{path}: {path.suffix} files can run code when they are read", AllowPickle())
        return path

    def _is_embedding(self, path: Path) -> bool:
        if path.suffix in PICKLED and not self.allow_pickle:  # not looked into: the folder's name must do
            return "embedding" in path.parent.name.lower()
        try:
            return identify(path).what == "embedding"
        except ModelError:  # a broken file is said when it is asked for
            return False

    def _named(self, name: str, paths: Iterator[Path]) -> Path | None:
        wanted = name.lower()
        return next((path for path in paths if wanted in (path.name.lower(), path.stem.lower())), None)


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        if INDEX in files:  # a diffusers model: its parts are no models of their own
            folders.clear()
            yield here
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (here / name for name in files if Path(name).suffix in (SAFE, *PICKLED))


def _near(name: str, names: list[str]) -> str:
    question = suggestion(name, names)
    return f"{question} " if question else ""
