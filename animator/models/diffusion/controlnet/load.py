"""Loads a ControlNet from a folder, a hub id, or, offline, a single file."""

from pathlib import Path
from typing import Any

import torch

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.identify import base_of_width
from animator.models.diffusion.controlnet.keys import architecture, context_width, flat_name, match_state_dict
from animator.models.diffusion.load_pipeline import quiet_diffusers
from animator.models.hub import hub_access, not_downloaded, why_unreachable
from animator.models.model_folder import check_model_folder, use_safetensors
from animator.models.weights import read_tensors


def load_controlnet(checkpoint: Checkpoint, unet: Any) -> Any:
    """Loads a ControlNet in the precision and on the device of a U-Net.

    Args:
        checkpoint: Location of the ControlNet.
        unet: diffusers' U-Net that it will guide.

    Raises:
        ModelError: It is broken, or was made for another base.
    """
    with quiet_diffusers(checkpoint.name) as diffusers:
        net = diffusers.ControlNetModel
        if checkpoint.kind == "file":
            loaded = _from_file(net, checkpoint, unet)
        else:
            loaded = _from_folder(net, checkpoint, unet)
    loaded.to(unet.device, memory_format=torch.channels_last)
    return loaded.eval().requires_grad_(requires_grad=False)


def _from_folder(net: Any, checkpoint: Checkpoint, unet: Any) -> Any:
    if checkpoint.kind == "hub":
        return _from_hub(net, checkpoint, unet)
    folder = Path(checkpoint.location)
    check_model_folder(folder)
    config = net.load_config(str(folder), local_files_only=True)
    _check_base(checkpoint, int(config["cross_attention_dim"]), unet)
    return net.from_pretrained(
        str(folder), dtype=unet.dtype, local_files_only=True, use_safetensors=use_safetensors(folder)
    )


def _from_hub(net: Any, checkpoint: Checkpoint, unet: Any) -> Any:
    with hub_access() as is_permitted:
        reason = why_unreachable() if is_permitted else ""
        is_online = is_permitted and not reason
        try:
            config = net.load_config(checkpoint.location, local_files_only=not is_online)
            _check_base(checkpoint, int(config["cross_attention_dim"]), unet)
            return net.from_pretrained(
                checkpoint.location,
                dtype=unet.dtype,
                local_files_only=not is_online,
                use_safetensors=True,
            )
        except OSError as error:
            if is_online:
                raise
            raise not_downloaded("controlnet", checkpoint.name, reason) from error


def _from_file(net: Any, checkpoint: Checkpoint, unet: Any) -> Any:
    path = Path(checkpoint.location)
    tensors = read_tensors(path)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if width := context_width(tensors, shapes):
        _check_base(checkpoint, width, unet)
    flat = {flat_name(name): tensor.to(unet.dtype) for name, tensor in tensors.items()}
    try:
        config = architecture({name: tuple(tensor.shape) for name, tensor in flat.items()}, unet.config)
    except KeyError as error:
        raise ModelError(
            f"controlnet {checkpoint.name}: {path} lacks {error}; it is not a ControlNet"
        ) from error
    if "shuffle" in path.stem.lower():  # pools its residuals, which its tensors do not tell
        config["global_pool_conditions"] = True
    with torch.device("meta"):
        loaded = net(**config)
    state = match_state_dict(loaded.state_dict(), flat)
    missing = sorted(loaded.state_dict().keys() - state.keys())
    if missing:
        raise ModelError(
            f"controlnet {checkpoint.name}: {path} does not fit the model: {len(missing)} of its layers are "
            f"missing or of other sizes, such as {missing[0]}; it was made for another base"
        )
    loaded.load_state_dict(state, assign=True)
    return loaded


def _check_base(checkpoint: Checkpoint, width: int, unet: Any) -> None:
    own = int(unet.config.cross_attention_dim)
    if width != own:
        raise ModelError(
            f"controlnet {checkpoint.name}: was made for {base_of_width(width)}; the model is "
            f"{base_of_width(own)}. Use a ControlNet and a model of one base"
        )
