"""`WeightsTarget`: all weights of the U-Net and, where asked for, the text encoders (Dreambooth)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from animator.training.finetune.trainee import Vectors

SaveModel = Callable[[Path], Path]
"""Writes the model in a folder; returns what was written."""


class WeightsTarget:
    """The model's own weights."""

    def __init__(self, parts: Mapping[str, Any], save: SaveModel, *, trains_texts: bool) -> None:
        """Has the weights trained.

        Args:
            parts: The model's modules by diffusers' names.
            save: Writes the model.
            trains_texts: Train the text encoders, too.
        """
        self._save = save
        self._parts = {
            name: part
            for name, part in parts.items()
            if name == "unet" or (trains_texts and name.startswith("text_encoder"))
        }
        for part in self._parts.values():
            part.requires_grad_(requires_grad=True)

    @property
    def image_weights(self) -> Mapping[str, nn.Parameter]:
        """The U-Net's weights."""
        return self._weights(is_text=False)

    @property
    def text_weights(self) -> Mapping[str, nn.Parameter]:
        """The text encoders' weights."""
        return self._weights(is_text=True)

    @property
    def vectors(self) -> Vectors:
        """None."""
        return {}

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the model as a diffusers folder."""
        return self._save(folder / metadata["ss_output_name"])

    def _weights(self, *, is_text: bool) -> Mapping[str, nn.Parameter]:
        return {
            f"{name}.{path}": weight
            for name, part in self._parts.items()
            if name.startswith("text_encoder") == is_text
            for path, weight in part.named_parameters()
        }
