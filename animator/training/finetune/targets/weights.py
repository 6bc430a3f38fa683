"""`WeightsTarget`: all weights of the U-Net and, where asked for, the text encoders (Dreambooth)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from animator.training.finetune.targets.target import by_use, trained_parts
from animator.training.finetune.trainee import Vectors

SaveModel = Callable[[Path, Mapping[str, str]], Path]
"""Writes the model in a folder, with its metadata; returns what was written."""


class WeightsTarget:
    """The model's own weights."""

    vectors: ClassVar[Vectors] = {}

    def __init__(self, parts: Mapping[str, Any], save: SaveModel, *, trains_texts: bool) -> None:
        """Has the weights trained.

        Args:
            parts: The model's modules by diffusers' names.
            save: Writes the model.
            trains_texts: Train the text encoders, too.
        """
        self._save = save
        trained = trained_parts(parts, trains_texts=trains_texts)
        for part in trained.values():
            part.requires_grad_(requires_grad=True)
        self.image_weights, self.text_weights = by_use(
            {
                f"{name}.{path}": weight
                for name, part in trained.items()
                for path, weight in part.named_parameters()
            }
        )

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the model: a diffusers folder, or one file."""
        return self._save(folder, metadata)
