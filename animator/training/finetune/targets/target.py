"""`Target`: what all kinds of training have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from torch import nn

from animator.training.finetune.trainee import Vectors


class Target(Protocol):
    """Weights that are trained, attached to a model."""

    @property
    def image_weights(self) -> Mapping[str, nn.Parameter]:
        """Weights that act on images, by their names in the state."""
        ...

    @property
    def text_weights(self) -> Mapping[str, nn.Parameter]:
        """Weights that act on texts, which have a learning rate of their own."""
        ...

    @property
    def vectors(self) -> Vectors:
        """Embeddings that are trained."""
        ...

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the result; returns its file, or its folder."""
        ...
