"""`Target`: what all kinds of training have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from torch import nn

from animator.training.finetune.trainee import Vectors

Weights = Mapping[str, nn.Parameter]
"""Weights that are trained, by their names in the state."""
TRANSFORMER = "transformer"
"""diffusers' name of the network of a flow-matching model."""
_TEXTS = "text_encoder"
"""What the names of text encoders, and of their weights, begin with."""


class Target(Protocol):
    """Weights that are trained, attached to a model."""

    @property
    def image_weights(self) -> Weights:
        """Those that act on images."""
        ...

    @property
    def text_weights(self) -> Weights:
        """Those that act on texts, which have a learning rate of their own."""
        ...

    @property
    def vectors(self) -> Vectors:
        """Embeddings that are trained."""
        ...

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the result; returns its file, or its folder."""
        ...


def trained_parts(parts: Mapping[str, Any], *, trains_texts: bool) -> dict[str, Any]:
    """Returns the networks that are trained, by diffusers' names.

    Args:
        parts: The model's modules by these names.
        trains_texts: True for the text encoders, besides the network that denoises.
    """
    return {
        name: part
        for name, part in parts.items()
        if name in ("unet", TRANSFORMER) or (trains_texts and name.startswith(_TEXTS))
    }


def by_use(weights: Weights) -> tuple[Weights, Weights]:
    """Returns those of some weights that act on images, and those that act on texts.

    Args:
        weights: By names that begin with that of their network.
    """
    texts = {name: weight for name, weight in weights.items() if name.startswith(_TEXTS)}
    return {name: weight for name, weight in weights.items() if name not in texts}, texts
