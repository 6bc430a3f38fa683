"""Reads textual inversion files: token embeddings that replace a name in a prompt."""

from pathlib import Path

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, identify
from animator.models.weights import read_tensors

_BY_ENCODER = ("clip_l", "clip_g")


def read_vectors(path: Path, widths: tuple[int, ...]) -> tuple[Tensor, ...]:
    """Returns the vectors (count, width) of a textual inversion, one tensor per text encoder.

    Args:
        path: A .safetensors file, or a .pt file in A1111's layout.
        widths: Token embedding width of each of the model's text encoders.

    Raises:
        ModelError: The file is not a textual inversion, or was made for another base model.
    """
    tensors = read_tensors(path)
    kind = identify(path)
    if kind.what != "embedding":
        raise ModelError(f"{path}: is not a textual inversion but a file of kind {kind}")
    if set(_BY_ENCODER) <= set(tensors):
        names = _BY_ENCODER[-1:] if len(widths) == 1 else _BY_ENCODER  # SDXL's refiner has the second only
        vectors_by_encoder = tuple(tensors[name] for name in names)
    else:
        vectors_by_encoder = (next(iter(tensors.values())),)
    vectors_by_encoder = tuple(torch.atleast_2d(vectors).to(torch.float32) for vectors in vectors_by_encoder)
    file_widths = tuple(vectors.shape[-1] for vectors in vectors_by_encoder)
    if file_widths != widths:
        family = f" ({FAMILY_NAMES[kind.family]})" if kind.family else ""
        raise ModelError(
            f"{path}: this textual inversion has vectors of width {_join(file_widths)}{family}; "
            f"the model's text encoders have {_join(widths)}. Use one made for the same base model"
        )
    return vectors_by_encoder


def _join(widths: tuple[int, ...]) -> str:
    return " and ".join(str(width) for width in widths)
