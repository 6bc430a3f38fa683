"""Reading the weights of published networks; nothing in a file is ever run."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from animator.errors import ModelError

_HOLDERS = ("params_ema", "params", "state_dict", "model_state_dict")
"""Keys under which trainers put the weights beside other things."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors, .pth, .pt or .pkl file by name; pickles by torch's restricted reader.

    Raises:
        ModelError: There is no such file, or it holds no weights.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; expected a network's weights")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever the parsers raise for a broken file
        reason = str(error).split(". ")[0]  # torch goes on with advice to read the file unsafely
        raise ModelError(
            f"{path}: cannot be read as weights ({reason}); expected tensors alone, .safetensors or .pth"
        ) from error
    for holder in _HOLDERS:
        if isinstance(held, Mapping) and isinstance(held.get(holder), Mapping):
            held = held[holder]
    tensors = (
        {str(k): v for k, v in held.items() if isinstance(v, Tensor)} if isinstance(held, Mapping) else {}
    )
    if not tensors:
        raise ModelError(f"{path}: holds no weights by name")
    return tensors
