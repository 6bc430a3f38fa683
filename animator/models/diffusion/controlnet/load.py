"""Loads a ControlNet from a folder, a hub id, or, offline, a single file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.identify import base_of_width
from animator.models.diffusion.checkpoints.t2i_keys import adapter_tensors, is_adapter
from animator.models.diffusion.controlnet.keys import architecture, context_width, flat_name, match_state_dict
from animator.models.diffusion.controlnet.lllite import PREFIX, Lite, read_lite
from animator.models.diffusion.controlnet.pretrained import filled, from_pretrained, same_sizes
from animator.models.diffusion.controlnet.t2i import adapter_architecture, check_channels, is_t2i
from animator.models.diffusion.controlnet.union import union_architecture
from animator.models.diffusion.load_pipeline import quiet_diffusers
from animator.models.weights import read_tensors

CLASSES = ("ControlNetModel", "ControlNetUnionModel", "T2IAdapter")
"""diffusers' networks that a unit may name."""


def load_controlnet(checkpoint: Checkpoint, unet: Any) -> Any:
    """Loads a network for control images, of any kind, in the precision and on the device of a U-Net.

    Args:
        checkpoint: Location of the network.
        unet: diffusers' U-Net that it will guide.

    Raises:
        ModelError: It is broken, or was made for another base.
    """
    with quiet_diffusers(checkpoint.name) as diffusers:
        if checkpoint.kind == "file":
            loaded = _from_file(diffusers, checkpoint, unet)
        else:
            choose = partial(_chosen, diffusers, checkpoint, unet)
            loaded = from_pretrained(checkpoint, unet.dtype, diffusers.ControlNetModel, choose)
        if is_t2i(loaded):
            check_channels(checkpoint.name, loaded, unet)
    loaded.to(unet.device)
    if not isinstance(loaded, Lite):
        loaded.to(memory_format=torch.channels_last)
    return loaded.eval().requires_grad_(requires_grad=False)


def _chosen(diffusers: Any, checkpoint: Checkpoint, unet: Any, config: Mapping[str, Any]) -> Any:
    """Returns diffusers' class of a network; a ControlNet where the config does not say."""
    if "cross_attention_dim" in config:  # adapters read no texts
        _check_base(checkpoint, int(config["cross_attention_dim"]), unet)
    name = config.get("_class_name")
    return getattr(diffusers, name) if name in CLASSES else diffusers.ControlNetModel


def _from_file(diffusers: Any, checkpoint: Checkpoint, unet: Any) -> Any:
    path = Path(checkpoint.location)
    tensors = read_tensors(path)
    if any(name.startswith(PREFIX) for name in tensors):
        return read_lite(checkpoint.name, tensors, unet)
    if is_adapter(tensors):
        return _adapter(diffusers.T2IAdapter, checkpoint, tensors, unet)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if width := context_width(tensors, shapes):
        _check_base(checkpoint, width, unet)
    flat = {flat_name(name): tensor.to(unet.dtype) for name, tensor in tensors.items()}
    flat_shapes = {name: tuple(tensor.shape) for name, tensor in flat.items()}
    net = diffusers.ControlNetModel
    try:
        config = architecture(flat_shapes, unet.config)
        if any(name.startswith("control_add_embedding") for name in flat):
            net, config = diffusers.ControlNetUnionModel, union_architecture(config, flat_shapes)
    except KeyError as error:
        raise ModelError(
            f"controlnet {checkpoint.name}: {path} lacks {error}; it is not a ControlNet"
        ) from error
    if "shuffle" in path.stem.lower():  # pools its residuals, which its tensors do not tell
        config["global_pool_conditions"] = True
    return filled(net, config, checkpoint, lambda state: match_state_dict(state, flat))


def _adapter(net: Any, checkpoint: Checkpoint, tensors: Mapping[str, Tensor], unet: Any) -> Any:
    named = {name: tensor.to(unet.dtype) for name, tensor in adapter_tensors(tensors).items()}
    shapes = {name: tuple(tensor.shape) for name, tensor in named.items()}
    config = adapter_architecture(checkpoint.name, shapes)
    return filled(net, config, checkpoint, partial(same_sizes, named))


def _check_base(checkpoint: Checkpoint, width: int, unet: Any) -> None:
    own = int(unet.config.cross_attention_dim)
    if width != own:
        raise ModelError(
            f"controlnet {checkpoint.name}: was made for {base_of_width(width)}; the model is "
            f"{base_of_width(own)}. Use a ControlNet and a model of one base"
        )
