"""Loads diffusers' networks for control images, of U-Nets and of transformers alike."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.hub import hub_access, not_downloaded, why_unreachable
from animator.models.model_folder import check_model_folder, use_safetensors

Choose = Callable[[Mapping[str, Any]], Any]
"""Returns diffusers' class for a config, or raises `ModelError`."""


def from_pretrained(checkpoint: Checkpoint, dtype: torch.dtype, kind: Any, choose: Choose) -> Any:
    """Returns the network in a folder, or of the hub, on the CPU.

    Args:
        checkpoint: A folder or a hub id.
        dtype: Its precision.
        kind: Any of diffusers' classes, to read the config.
        choose: Returns the class, by the config.

    Raises:
        ModelError: It is hostile, of another class, or not downloaded.
    """
    if checkpoint.kind == "hub":
        return _from_hub(checkpoint, dtype, kind, choose)
    folder = Path(checkpoint.location)
    check_model_folder(folder)
    net = choose(kind.load_config(str(folder), local_files_only=True))
    is_safe = use_safetensors(folder)
    return net.from_pretrained(str(folder), dtype=dtype, local_files_only=True, use_safetensors=is_safe)


def _from_hub(checkpoint: Checkpoint, dtype: torch.dtype, kind: Any, choose: Choose) -> Any:
    with hub_access() as is_permitted:
        reason = why_unreachable() if is_permitted else ""
        is_online = is_permitted and not reason
        where = {"local_files_only": not is_online}
        try:
            net = choose(kind.load_config(checkpoint.location, **where))
            return net.from_pretrained(checkpoint.location, dtype=dtype, use_safetensors=True, **where)
        except OSError as error:
            if is_online:
                raise
            raise not_downloaded("controlnet", checkpoint.name, reason) from error


def filled(
    net: Any,
    config: Mapping[str, Any],
    checkpoint: Checkpoint,
    matching: Callable[[Mapping[str, Tensor]], dict[str, Tensor]],
) -> Any:
    """Returns a network with the tensors of a file.

    Args:
        net: diffusers' class.
        config: Its arguments.
        checkpoint: The file.
        matching: Returns the file's tensors that a state dict has.

    Raises:
        ModelError: Some are missing.
    """
    with torch.device("meta"):
        loaded = net(**config)
    own = loaded.state_dict()
    state = matching(own)
    if missing := sorted(own.keys() - state.keys()):
        raise ModelError(
            f"controlnet {checkpoint.name}: {checkpoint.location} does not fit the model: {len(missing)} of "
            f"its layers are missing or of other sizes, such as {missing[0]}; it was made for another base"
        )
    loaded.load_state_dict(state, assign=True)
    return loaded


def same_sizes(tensors: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns those tensors that a state dict has, in the same sizes."""
    return {
        name: tensor
        for name, tensor in tensors.items()
        if name in state and state[name].shape == tensor.shape
    }
