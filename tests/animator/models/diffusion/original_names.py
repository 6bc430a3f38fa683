"""The names that tensors have in the original single-file layouts, from diffusers' names."""

import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Tensors = Mapping[str, Tensor]

_UNET_NAMES = (
    (r"^time_embedding.linear_1", "time_embed.0"),
    (r"^time_embedding.linear_2", "time_embed.2"),
    (r"^add_embedding.linear_1", "label_emb.0.0"),
    (r"^add_embedding.linear_2", "label_emb.0.2"),
    (r"^conv_in", "input_blocks.0.0"),
    (r"^conv_norm_out", "out.0"),
    (r"^conv_out", "out.2"),
    (r"^mid_block\.resnets\.0", "middle_block.0"),
    (r"^mid_block\.attentions\.0", "middle_block.1"),
    (r"^mid_block\.resnets\.1", "middle_block.2"),
)
_RESNET_NAMES = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
)


def _numbered(number: str, place: int, plus: int) -> Callable[[re.Match[str]], str]:
    return lambda m: f"{number}_blocks.{3 * int(m[1]) + int(m[2]) + plus}.{place}"


def original_unet_name(name: str) -> str:
    """A tensor of diffusers' U-Net by the original's name."""
    new = name
    for pattern, replacement in _UNET_NAMES:
        new = re.sub(pattern, replacement, new)
    for side, number in (("down", "input"), ("up", "output")):
        plus = 1 if side == "down" else 0
        for part, place in (("resnets", 0), ("attentions", 1)):
            new = re.sub(
                rf"^{side}_blocks\.(\d+)\.{part}\.(\d+)",
                _numbered(number, place, plus),
                new,
            )
    new = re.sub(
        r"^down_blocks\.(\d+)\.downsamplers\.0\.conv",
        lambda m: f"input_blocks.{3 * int(m[1]) + 3}.0.op",
        new,
    )
    # The upsampler stands behind the attention, where the block has one: all but the first of our models.
    new = re.sub(
        r"^up_blocks\.(\d+)\.upsamplers\.0\.conv",
        lambda m: f"output_blocks.{3 * int(m[1]) + 2}.{2 if int(m[1]) else 1}.conv",
        new,
    )
    if "resnets" in name:
        for old, original in _RESNET_NAMES:
            new = new.replace(old, original)
    return new


def unet_tensors(tensors: Tensors, kind: str) -> dict[str, Tensor]:
    return {f"model.diffusion_model.{original_unet_name(name)}": value for name, value in tensors.items()}


def vae_tensors(tensors: Tensors, blocks: int = 4) -> dict[str, Tensor]:
    out = {}
    for name, value in tensors.items():
        new = re.sub(r"encoder\.down_blocks\.(\d+)\.resnets\.(\d+)", r"encoder.down.\1.block.\2", name)
        new = re.sub(r"encoder\.down_blocks\.(\d+)\.downsamplers\.0", r"encoder.down.\1.downsample", new)
        new = re.sub(
            r"decoder\.up_blocks\.(\d+)\.resnets\.(\d+)",
            lambda m: f"decoder.up.{blocks - 1 - int(m[1])}.block.{m[2]}",
            new,
        )
        new = re.sub(
            r"decoder\.up_blocks\.(\d+)\.upsamplers\.0",
            lambda m: f"decoder.up.{blocks - 1 - int(m[1])}.upsample",
            new,
        )
        new = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", new)
        new = new.replace("mid_block.attentions.0", "mid.attn_1").replace("conv_shortcut", "nin_shortcut")
        new = new.replace("conv_norm_out", "norm_out")
        if "attn_1" in new:
            for old, original in (("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v")):
                new = new.replace(old, original)
            new = new.replace("to_out.0", "proj_out")
            value = value[:, :, None, None] if value.ndim == 2 else value
        out[f"first_stage_model.{new}"] = value
    return out


def clip_tensors(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    out = {f"{prefix}text_model.{name.removeprefix('text_model.')}": value for name, value in tensors.items()}
    out[f"{prefix}text_model.embeddings.position_ids"] = torch.arange(77)[None]
    return out


def open_clip_tensors(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    plain = {
        "embeddings.token_embedding.weight": "token_embedding.weight",
        "embeddings.position_embedding.weight": "positional_embedding",
        "final_layer_norm.weight": "ln_final.weight",
        "final_layer_norm.bias": "ln_final.bias",
    }
    layers = (
        ("self_attn.out_proj", "attn.out_proj"),
        ("layer_norm1", "ln_1"),
        ("layer_norm2", "ln_2"),
        ("mlp.fc1", "mlp.c_fc"),
        ("mlp.fc2", "mlp.c_proj"),
    )
    out = {f"{prefix}logit_scale": torch.tensor(4.6)}
    joined: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        name = name.removeprefix("text_model.")
        if name in plain:
            out[prefix + plain[name]] = value
        elif name == "text_projection.weight":
            out[f"{prefix}text_projection"] = value.T.contiguous()
        elif match := re.match(r"encoder\.layers\.(\d+)\.(.*)", name):
            base, rest = f"{prefix}transformer.resblocks.{match[1]}.", match[2]
            if attention := re.match(r"self_attn\.([qkv])_proj\.(weight|bias)", rest):
                joined.setdefault(f"{base}attn.in_proj_{attention[2]}", {})[attention[1]] = value
                continue
            for old, new in layers:
                rest = rest.replace(old, new)
            out[base + rest] = value
    if f"{prefix}text_projection" not in out:
        out[f"{prefix}text_projection"] = torch.eye(next(iter(tensors.values())).shape[-1])
    return out | {name: torch.cat([parts["q"], parts["k"], parts["v"]]) for name, parts in joined.items()}


def controlnet_tensors(tensors: Tensors, prefix: str = "control_model.") -> dict[str, Tensor]:
    """A ControlNet of diffusers by the original's names."""
    out = {}
    for name, value in tensors.items():
        new = original_unet_name(name)
        new = re.sub(r"^controlnet_down_blocks\.(\d+)", r"zero_convs.\1.0", new)
        new = new.replace("controlnet_mid_block", "middle_block_out.0")
        new = new.replace("controlnet_cond_embedding.conv_in", "input_hint_block.0")
        new = new.replace("controlnet_cond_embedding.conv_out", "input_hint_block.14")
        new = re.sub(
            r"^controlnet_cond_embedding\.blocks\.(\d+)",
            lambda m: f"input_hint_block.{2 * int(m[1]) + 2}",
            new,
        )
        out[prefix + new] = value
    return out
