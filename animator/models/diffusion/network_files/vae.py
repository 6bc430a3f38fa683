"""Loads the VAE of a flow-matching model from a single file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.weights import read_tensors

_PREFIXES = ("first_stage_model.", "vae.")


def load_vae_file(path: Path, kind: Any, config: Mapping[str, Any], dtype: torch.dtype) -> Any:
    """Returns a VAE, on the CPU.

    Args:
        path: The file, in the layout of diffusers or of the VAE's makers.
        kind: diffusers' class of the VAE.
        config: Its config.
        dtype: Precision of its weights.

    Raises:
        ModelError: The file is broken, or does not hold the VAE that the config describes.
    """
    from accelerate import init_empty_weights

    with init_empty_weights():
        vae = kind.from_config(config)
    expected = vae.state_dict()
    found = _own(read_tensors(path))
    tensors = {name: tensor for name, tensor in found.items() if name in expected}
    if len(tensors) < len(expected) and kind.__name__ in _CONVERTERS:
        tensors |= _CONVERTERS[kind.__name__](dict(found), dict(config))
    wrong = [
        name
        for name, tensor in expected.items()
        if name not in tensors or tensors[name].numel() != tensor.numel()
    ]
    if wrong:
        raise ModelError(
            f"{path}: does not hold the VAE that the model describes ({kind.__name__}): {len(wrong)} of its "
            f"tensors are not there or of another size, such as {wrong[0]}; use the VAE of that family, or "
            "the file of a diffusers folder"
        )
    state = {name: tensors[name].reshape(tensor.shape).to(dtype) for name, tensor in expected.items()}
    vae.load_state_dict(state, assign=True)
    return vae.eval()


def _own(tensors: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Returns the tensors of the VAE alone, without prefix, where a file has others beside it."""
    for prefix in _PREFIXES:
        own = {
            name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)
        }
        if own:
            return own
    return tensors


def _image_vae(tensors: dict[str, Tensor], config: dict[str, Any]) -> dict[str, Tensor]:
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    converted: dict[str, Tensor] = convert_ldm_vae_checkpoint(tensors, config)
    return converted


def _video_vae(tensors: dict[str, Tensor], _: dict[str, Any]) -> dict[str, Tensor]:
    from diffusers.loaders.single_file_utils import convert_wan_vae_to_diffusers

    converted: dict[str, Tensor] = convert_wan_vae_to_diffusers(tensors)
    return converted


def _deep_vae(tensors: dict[str, Tensor], _: dict[str, Any]) -> dict[str, Tensor]:
    from diffusers.loaders.single_file_utils import convert_autoencoder_dc_checkpoint_to_diffusers

    converted: dict[str, Tensor] = convert_autoencoder_dc_checkpoint_to_diffusers(tensors)
    return converted


_CONVERTERS: Mapping[str, Callable[[dict[str, Tensor], dict[str, Any]], dict[str, Tensor]]] = {
    "AutoencoderKL": _image_vae,
    "AutoencoderKLFlux2": _image_vae,
    "AutoencoderKLQwenImage": _video_vae,
    "AutoencoderDC": _deep_vae,
}
"""diffusers' converters from the layout of the makers, by its classes."""
