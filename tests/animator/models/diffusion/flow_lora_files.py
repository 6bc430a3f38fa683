"""LoRA files for tiny flow-matching models, in the layouts that people have."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

RANK = 4
ALPHA = 2.0
ATTENTION = "to_q to_k to_v"
ADDED = "add_q_proj add_k_proj add_v_proj"
_FLUX_DOUBLE = {
    "double_blocks.0.img_attn.qkv": f"transformer_blocks.0.attn {ATTENTION}",
    "double_blocks.0.txt_attn.qkv": f"transformer_blocks.0.attn {ADDED}",
    "double_blocks.0.img_attn.proj": "transformer_blocks.0.attn to_out.0",
    "double_blocks.0.txt_attn.proj": "transformer_blocks.0.attn to_add_out",
}
_FLUX = _FLUX_DOUBLE | {
    "double_blocks.0.img_mlp.0": "transformer_blocks.0.ff net.0.proj",
    "double_blocks.0.txt_mlp.2": "transformer_blocks.0.ff_context net.2",
    "single_blocks.0.linear1": "single_transformer_blocks.0 attn.to_q attn.to_k attn.to_v proj_mlp",
    "single_blocks.0.linear2": "single_transformer_blocks.0 proj_out",
}
_FLUX2 = _FLUX_DOUBLE | {
    "double_blocks.0.img_mlp.0": "transformer_blocks.0.ff linear_in",
    "double_blocks.0.txt_mlp.2": "transformer_blocks.0.ff_context linear_out",
    "single_blocks.0.linear1": "single_transformer_blocks.0.attn to_qkv_mlp_proj",
    "single_blocks.0.linear2": "single_transformer_blocks.0.attn to_out",
}
ORIGINAL: Mapping[str, Mapping[str, str]] = {
    "sd3": {
        "joint_blocks.0.x_block.attn.qkv": f"transformer_blocks.0.attn {ATTENTION}",
        "joint_blocks.1.x_block.attn.proj": "transformer_blocks.1.attn to_out.0",
        "joint_blocks.0.context_block.attn.qkv": f"transformer_blocks.0.attn {ADDED}",
        "joint_blocks.0.x_block.mlp.fc1": "transformer_blocks.0.ff net.0.proj",
        "joint_blocks.0.context_block.mlp.fc2": "transformer_blocks.0.ff_context net.2",
        "joint_blocks.0.x_block.adaLN_modulation.1": "transformer_blocks.0.norm1 linear",
    },
    "flux": _FLUX,
    "chroma": _FLUX,
    "flux2": _FLUX2,
    "flux2-klein": _FLUX2,
    "qwen-image": {
        "transformer_blocks.0.attn.to_q": "transformer_blocks.0.attn to_q",
        "transformer_blocks.0.img_mlp.net.2": "transformer_blocks.0.img_mlp net.2",
        "transformer_blocks.0.txt_mod.1": "transformer_blocks.0.txt_mod 1",
    },
    "z-image": {
        "layers.0.attention.qkv": f"layers.0.attention {ATTENTION}",
        "noise_refiner.0.attention.out": "noise_refiner.0.attention to_out.0",
        "context_refiner.0.feed_forward.w2": "context_refiner.0.feed_forward w2",
        "layers.0.adaLN_modulation.0": "layers.0.adaLN_modulation 0",
    },
    "lumina2": {
        "layers.0.attention.qkv": f"layers.0.attn {ATTENTION}",
        "noise_refiner.0.attention.out": "noise_refiner.0.attn to_out.0",
        "context_refiner.0.feed_forward.w2": "context_refiner.0.feed_forward linear_2",
        "layers.0.adaLN_modulation.1": "layers.0.norm1 linear",
    },
    "krea2": {
        "blocks.0.attn.wq": "transformer_blocks.0.attn to_q",
        "blocks.0.attn.wo": "transformer_blocks.0.attn to_out.0",
        "blocks.0.attn.gate": "transformer_blocks.0.attn to_gate",
        "blocks.0.mlp.up": "transformer_blocks.0.ff up",
        "txtfusion.refiner_blocks.0.attn.wk": "text_fusion.refiner_blocks.0.attn to_k",
        "tproj.1": "time_mod_proj",
    },
    "sana": {
        "blocks.0.attn.qkv": f"transformer_blocks.0.attn1 {ATTENTION}",
        "blocks.0.cross_attn.kv_linear": "transformer_blocks.0.attn2 to_k to_v",
        "blocks.0.cross_attn.proj": "transformer_blocks.0.attn2 to_out.0",
        "blocks.0.mlp.point_conv.conv": "transformer_blocks.0.ff conv_point",
    },
}
"""Layers of each original network: their place in diffusers, and the layers there that share their rows."""

Factors = Mapping[str, tuple[Tensor, Tensor]]


def own_layers(place: str) -> list[str]:
    """diffusers' layers, of a value of `ORIGINAL`."""
    block, *names = place.split()
    return [f"{block}.{name}" for name in names] or [block]


def factors(transformer: nn.Module, kind: str, *, original: bool, seed: int = 0) -> Factors:
    """Down and up of each layer of `ORIGINAL`, by its original name or by diffusers'."""
    generator = torch.Generator().manual_seed(seed)
    modules = dict(transformer.named_modules())
    made = {}
    for name, place in ORIGINAL[kind].items():
        own = own_layers(place)
        groups = {name: own} if original else {layer: [layer] for layer in own}
        for layer, parts in groups.items():
            weights = [modules[part].get_parameter("weight") for part in parts]
            tail = (1,) * (weights[0].ndim - 2)
            rows = sum(weight.shape[0] for weight in weights)
            down = torch.randn((RANK, *weights[0].shape[1:]), generator=generator) * 0.3
            made[layer] = down, torch.randn((rows, RANK, *tail), generator=generator) * 0.3
    return made


def changes(made: Factors, transformer: nn.Module, kind: str) -> dict[str, Tensor]:
    """What a LoRA adds to each of diffusers' weights at weight 1, where its alpha is its rank."""
    modules = dict(transformer.named_modules())
    found: dict[str, Tensor] = {}
    for name, (down, up) in made.items():
        parts = own_layers(ORIGINAL[kind][name]) if name in ORIGINAL[kind] else [name]
        weights = [modules[part].get_parameter("weight") for part in parts]
        product = (up.flatten(1) @ down.flatten(1)).split([weight.shape[0] for weight in weights])
        for part, change, weight in zip(parts, product, weights, strict=True):
            found[f"{part}.weight"] = change.reshape(weight.shape)
    return found


def dotted(made: Factors, path: Path, prefix: str) -> Path:
    """diffusers', PEFT's and ComfyUI's layout; the scale is 1."""
    tensors: dict[str, Tensor] = {}
    for name, (down, up) in made.items():
        tensors |= {f"{prefix}{name}.lora_A.weight": down, f"{prefix}{name}.lora_B.weight": up}
    save_file(tensors, path)
    return path


def flat(made: Factors, path: Path, prefix: str) -> Path:
    """kohya's layout, with an alpha of half the rank and factors twice as large."""
    tensors: dict[str, Tensor] = {}
    for name, (down, up) in made.items():
        base = prefix + name.replace(".", "_")
        tensors |= {f"{base}.lora_down.weight": down * (RANK / ALPHA), f"{base}.lora_up.weight": up}
        tensors[f"{base}.alpha"] = torch.tensor(ALPHA)
    save_file(tensors, path)
    return path


Layout = tuple[Callable[[Factors, Path, str], Path], str, bool]
LAYOUTS: Mapping[str, Layout] = {
    "diffusers": (dotted, "transformer.", False),
    "PEFT": (dotted, "base_model.model.", False),
    "nodes": (dotted, "diffusion_model.", False),
    "nodes, original names": (dotted, "diffusion_model.", True),
    "kohya": (flat, "lora_unet_", True),
    "kohya, diffusers' names": (flat, "lora_transformer_", False),
    "trainers of one model": (flat, "lora_unet_", False),
    "LyCORIS": (flat, "lycoris_", False),
}
"""Writer, prefix of the names, and True for the original network's names."""
