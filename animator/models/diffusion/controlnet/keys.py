"""Maps the key names of ControlNet files to diffusers', and derives the config from tensor shapes.

Files use the original names (`control_model.input_blocks...`, with or without the prefix) or diffusers'. A
ControlNet copies the down blocks of its base's U-Net; smaller ones are recognized by their tensors.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from animator.models.diffusion.checkpoints.lora_keys import from_original

PREFIX = "control_model."
_HINT_END = 14
_TOP = {
    "middle_block_out_0": "controlnet_mid_block",
    "input_hint_block_0": "controlnet_cond_embedding_conv_in",
    f"input_hint_block_{_HINT_END}": "controlnet_cond_embedding_conv_out",
}


def flat_name(name: str) -> str:
    """Returns a tensor's name in diffusers' ControlNet, with every `.` as `_`."""
    flat = name.removeprefix(PREFIX).replace(".", "_")
    path, _, end = flat.rpartition("_")
    if path in _TOP:
        return f"{_TOP[path]}_{end}"
    if match := re.fullmatch(r"zero_convs_(\d+)_0", path):
        return f"controlnet_down_blocks_{match[1]}_{end}"
    if match := re.fullmatch(r"input_hint_block_(\d+)", path):
        return f"controlnet_cond_embedding_blocks_{int(match[1]) // 2 - 1}_{end}"
    return f"{from_original(path)}_{end}"


def architecture(shapes: Mapping[str, tuple[int, ...]], base: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the arguments of diffusers' ControlNetModel for tensors of these shapes.

    Args:
        shapes: Tensor shapes by `flat_name`.
        base: Config of the base's U-Net, for what shapes do not tell, such as the number of heads.
    """
    blocks = range(len(base["block_out_channels"]))
    depths = [_depth(shapes, f"down_blocks_{block}_attentions_0") for block in blocks]
    middle = _depth(shapes, "mid_block_attentions_0")
    layers = [depth or 1 for depth in depths[:-1]] + [depths[-1] or middle or 1]
    has_sizes = "add_embedding_linear_1_weight" in shapes
    sizes = ("addition_embed_type", "addition_time_embed_dim", "projection_class_embeddings_input_dim")
    return {
        **{name: base[name] for name in _SHARED if name in base},
        **({name: base.get(name) for name in sizes} if has_sizes else {}),
        "in_channels": shapes["conv_in_weight"][1],
        "conditioning_channels": shapes["controlnet_cond_embedding_conv_in_weight"][1],
        "conditioning_embedding_out_channels": _embedding(shapes),
        "down_block_types": tuple("CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in depths),
        "mid_block_type": "UNetMidBlock2DCrossAttn" if middle else "UNetMidBlock2D",
        "transformer_layers_per_block": tuple(layers),
    }


_SHARED = (
    "flip_sin_to_cos",
    "freq_shift",
    "only_cross_attention",
    "block_out_channels",
    "layers_per_block",
    "downsample_padding",
    "mid_block_scale_factor",
    "act_fn",
    "norm_num_groups",
    "norm_eps",
    "cross_attention_dim",
    "attention_head_dim",
    "num_attention_heads",
    "use_linear_projection",
    "upcast_attention",
    "resnet_time_scale_shift",
)


def context_width(names: Iterable[str], shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Returns the cross-attention width of a net; 0 if it has no cross-attention.

    Args:
        names: Tensor names, in any layout.
        shapes: Tensor shapes by these names.
    """
    return next((shapes[name][1] for name in names if name.endswith("attn2.to_k.weight")), 0)


def match_state_dict(model: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns the tensors of a file by the model's names, in its shapes; others are left out.

    Args:
        model: The model's state dict.
        tensors: The file's tensors by `flat_name`.
    """
    by_flat = {name.replace(".", "_"): name for name in model}
    return {
        by_flat[flat]: tensor.reshape(model[by_flat[flat]].shape)
        for flat, tensor in tensors.items()
        if flat in by_flat and tensor.numel() == model[by_flat[flat]].numel()
    }


def _embedding(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    head = "controlnet_cond_embedding"
    widths, block = [shapes[f"{head}_conv_in_weight"][0]], 1
    while f"{head}_blocks_{block}_weight" in shapes:
        widths.append(shapes[f"{head}_blocks_{block}_weight"][0])
        block += 2
    return tuple(widths)


def _depth(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> int:
    """Returns the number of transformer blocks of an attention layer; 0 if there is none."""
    pattern = re.compile(rf"{prefix}_transformer_blocks_(\d+)_")
    return 1 + max((int(match[1]) for name in shapes if (match := pattern.match(name))), default=-1)
