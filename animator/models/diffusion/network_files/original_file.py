"""`original_tensors`: the weights of a pipeline by the names of the original single-file layout."""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.checkpoints.original_unet import to_original

Tensors = Mapping[str, Tensor]
_UNET, _VAE = "model.diffusion_model.", "first_stage_model."
_CLIP = {"sd1": "cond_stage_model.transformer.", "sdxl": "conditioner.embedders.0.transformer."}
_OPEN_CLIP = {"sd2": "cond_stage_model.model.", "sdxl": "conditioner.embedders.1.model."}

_UP_BLOCK = re.compile(r"up_blocks\.(\d+)\.(upsamplers|attentions)\.")
_VAE_BLOCK = re.compile(
    r"(encoder\.down|decoder\.up)_blocks\.(\d+)\.(resnets|downsamplers|upsamplers)\.(\d+)"
)
_VAE_PARTS = {
    "mid_block.resnets.0": "mid.block_1",
    "mid_block.resnets.1": "mid.block_2",
    "mid_block.attentions.0": "mid.attn_1",
    "conv_shortcut": "nin_shortcut",
    "conv_norm_out": "norm_out",
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}
_TEXT_PARTS = {
    "embeddings.token_embedding.weight": "token_embedding.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "final_layer_norm.": "ln_final.",
    "encoder.layers.": "transformer.resblocks.",
    "self_attn.out_proj": "attn.out_proj",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
}
_PROJECTION = "text_projection"
_ATTENTION = re.compile(r"(.*)\.self_attn\.([qkv])_proj\.(weight|bias)")


def original_tensors(pipeline: Any, family: str) -> dict[str, Tensor]:
    """Returns the weights of a pipeline of Stable Diffusion 1, 2 or XL by their original names.

    Args:
        pipeline: Of diffusers.
        family: "sd1", "sd2" or "sdxl".
    """
    made = _unet(pipeline.unet.state_dict())
    made |= _vae(pipeline.vae.state_dict(), len(pipeline.vae.config.block_out_channels))
    if family in _CLIP:
        made |= _clip(pipeline.text_encoder.state_dict(), _CLIP[family])
    if family in _OPEN_CLIP:
        encoder = pipeline.text_encoder_2 if family == "sdxl" else pipeline.text_encoder
        made |= _open_clip(encoder.state_dict(), _OPEN_CLIP[family])
    if pipeline.scheduler.config.get("prediction_type") == "v_prediction" and family == "sdxl":
        made["v_pred"] = torch.zeros(0)
        if pipeline.scheduler.config.get("rescale_betas_zero_snr"):
            made["ztsnr"] = torch.zeros(0)
    return made


def _unet(tensors: Tensors) -> dict[str, Tensor]:
    found: dict[str, set[int]] = {"upsamplers": set(), "attentions": set()}
    for name in tensors:
        if match := _UP_BLOCK.match(name):
            found[match[2]].add(int(match[1]))
    plain = found["upsamplers"] - found["attentions"]
    made = {}
    for name, tensor in tensors.items():
        path, _, role = name.rpartition(".")
        made[f"{_UNET}{to_original(path, '.', plain)}.{role}"] = tensor
    return made


def _vae(tensors: Tensors, blocks: int) -> dict[str, Tensor]:
    def block(match: re.Match[str]) -> str:
        side, number, kind, layer = match.groups()
        place = int(number) if side == "encoder.down" else blocks - 1 - int(number)  # counted from the image
        rest = f"block.{layer}" if kind == "resnets" else kind.removesuffix("rs")
        return f"{side}.{place}.{rest}"

    made = {}
    for name, tensor in tensors.items():
        new = _replaced(_VAE_BLOCK.sub(block, name), _VAE_PARTS)
        is_projection = ".attn_1." in new and tensor.ndim == 2  # a convolution of 1 x 1 there
        made[_VAE + new] = tensor[:, :, None, None] if is_projection else tensor
    return made


def _clip(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    return {f"{prefix}text_model.{_bare(name)}": tensor for name, tensor in tensors.items()}


def _open_clip(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    made: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        bare = _bare(name)
        if match := _ATTENTION.fullmatch(bare):
            base, which, role = match.groups()
            if which == "q":
                joined = [tensors[name.replace(".q_proj.", f".{one}_proj.")] for one in "qkv"]
                made[f"{prefix}{_replaced(base, _TEXT_PARTS)}.attn.in_proj_{role}"] = torch.cat(joined)
        elif bare == f"{_PROJECTION}.weight":
            made[prefix + _PROJECTION] = tensor.T
        else:
            made[prefix + _replaced(bare, _TEXT_PARTS)] = tensor
    return made


def _bare(name: str) -> str:
    return name.removeprefix("text_model.")


def _replaced(name: str, parts: Mapping[str, str]) -> str:
    for old, new in parts.items():
        name = name.replace(old, new)
    return name
