"""`EmbeddingTarget`: vectors in place of a word (textual inversion)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import torch
from safetensors.torch import save
from torch import Tensor, nn

from animator.core.atomic import atomic_write
from animator.models.diffusion.prompts.encode import TextEncoder, TextEncoders
from animator.training.finetune.groups import EmbeddingSettings
from animator.training.finetune.targets.target import Weights
from animator.training.finetune.trainee import Vectors

_ONE, _TWO = ("emb_params",), ("clip_l", "clip_g")
"""Names of the vectors in a file, of models with one text encoder and with two."""


class EmbeddingTarget:
    """Vectors for each of a model's text encoders."""

    image_weights: ClassVar[Weights] = {}

    def __init__(self, name: str, encoders: TextEncoders, settings: EmbeddingSettings) -> None:
        """Starts from the vectors of some words.

        Args:
            name: The word in prompts.
            encoders: The model's text encoders.
            settings: The words, and the number of vectors.
        """
        self._name = name
        self._vectors = tuple(
            nn.Parameter(initial_vectors(encoder, settings.initial_text, settings.vectors))
            for encoder in encoders.encoders
        )
        self.text_weights: Weights = {f"vectors.{index}": own for index, own in enumerate(self._vectors)}

    @property
    def vectors(self) -> Vectors:
        """The vectors, by the name."""
        return {self._name.lower(): self._vectors}

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the embedding as a .safetensors file."""
        path = folder / f"{metadata['ss_output_name']}.safetensors"
        names = _ONE if len(self._vectors) == 1 else _TWO
        tensors = {
            name: vectors.detach().cpu().contiguous()
            for name, vectors in zip(names, self._vectors, strict=True)
        }
        atomic_write(path, save(tensors, dict(metadata)))
        return path


@torch.no_grad()
def initial_vectors(encoder: TextEncoder, text: str, count: int) -> Tensor:
    """Returns the vectors (count, width) of a text's tokens, repeated or cut; zeros for `0`.

    Args:
        encoder: Has the vectors of tokens.
        text: The text.
        count: Number of vectors.
    """
    table = encoder.model.get_input_embeddings().weight
    tokens: Sequence[int] = [] if text.strip() == "0" else encoder.token_ids(text)
    if not tokens:
        return torch.zeros(count, table.shape[1], device=table.device)
    rows = [tokens[index % len(tokens)] for index in range(count)]
    return torch.as_tensor(table[rows].detach().to(torch.float32).clone())
