"""Textual inversion files: a name in a prompt -> the vectors that stand there instead of word vectors."""

from pathlib import Path

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, identify
from animator.models.weights import read_tensors

_BY_ENCODER = ("clip_l", "clip_g")


def read_vectors(path: Path, widths: tuple[int, ...]) -> tuple[Tensor, ...]:
    """The vectors (count, width) of a textual inversion, one tensor per text encoder.

    Args:
        path: A .safetensors file, or a .pt file in A1111's layout.
        widths: Width of the word vectors of each of the model's text encoders.

    Raises:
        ModelError: The file is none, or was made for another base model.
    """
    tensors = read_tensors(path)
    kind = identify(path)
    if kind.what != "embedding":
        raise ModelError(f"{path}: is no textual inversion but a file of kind {kind}")
    if set(_BY_ENCODER) <= set(tensors):
        found = tuple(tensors[name] for name in _BY_ENCODER)
    else:
        found = (next(iter(tensors.values())),)
    found = tuple(torch.atleast_2d(vectors).to(torch.float32) for vectors in found)
    given = tuple(vectors.shape[-1] for vectors in found)
    if given != widths:
        family = f" ({FAMILY_NAMES[kind.family]})" if kind.family else ""
        raise ModelError(
            f"{path}: this textual inversion has vectors of width {_listed(given)}{family}; "
            f"the model's text encoders have {_listed(widths)}. Use one made for the same base model"
        )
    return found


def _listed(widths: tuple[int, ...]) -> str:
    return " and ".join(str(width) for width in widths)
