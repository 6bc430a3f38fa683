"""Names of a LoRA's tensors in files: those of kohya and A1111, and diffusers' own."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

Factors = Mapping[tuple[str, str], tuple[Tensor, Tensor]]
"""Part and path of a layer -> its matrices: inputs to rank, rank to outputs."""
_TEXTS = "text_model."
_OUTER = re.compile(r"(down|up)_blocks_(\d+)_(resnets|attentions|downsamplers|upsamplers)_(\d+)_(.*)")
_MIDDLE = re.compile(r"mid_block_(resnets|attentions)_(\d+)_(.*)")
_RESNET = {
    "conv1": "in_layers_2",
    "time_emb_proj": "emb_layers_1",
    "conv2": "out_layers_3",
    "conv_shortcut": "skip_connection",
}
_TOP = {"conv_in": "input_blocks_0_0", "conv_out": "out_2"}
_LAYERS = 3
"""Numbers of the original U-Net for each block of diffusers."""


def kohya_names(factors: Factors, alpha: float, family: str) -> dict[str, Tensor]:
    """Returns tensors by the names that kohya's trainer gives them.

    Args:
        factors: The matrices of each layer.
        alpha: Scale: what is added is alpha / rank times their product.
        family: The model's; SDXL's layers have the names of the original U-Net.
    """
    tensors: dict[str, Tensor] = {}
    for (part, path), (down, up) in factors.items():
        name = _kohya_name(part, path, family)
        tensors[f"{name}.lora_down.weight"] = down
        tensors[f"{name}.lora_up.weight"] = up
        tensors[f"{name}.alpha"] = torch.tensor(alpha)
    return tensors


def diffusers_names(factors: Factors, alpha: float, family: str) -> dict[str, Tensor]:
    """Returns tensors by diffusers' names, which have no alpha: it is multiplied in. Arguments as above."""
    tensors: dict[str, Tensor] = {}
    for (part, path), (down, up) in factors.items():
        name = f"{part}.{_text_path(path) if part.startswith('text_encoder') else path}"
        tensors[f"{name}.lora_A.weight"] = down
        tensors[f"{name}.lora_B.weight"] = up * (alpha / down.shape[0])
    return tensors


def _kohya_name(part: str, path: str, family: str) -> str:
    if part.startswith("text_encoder"):
        number = "" if family != "sdxl" else part.removeprefix("text_encoder").removeprefix("_") or "1"
        return f"lora_te{number}_{_text_path(path).replace('.', '_')}"
    flat = path.replace(".", "_")
    return f"lora_unet_{to_original(flat) if family == 'sdxl' else flat}"


def _text_path(path: str) -> str:
    return path if path.startswith(_TEXTS) else f"{_TEXTS}{path}"


def to_original(flat: str) -> str:
    """Returns the original U-Net's flat path of a layer for diffusers' flat path."""
    if flat in _TOP:
        return _TOP[flat]
    if match := _MIDDLE.fullmatch(flat):
        kind, index, rest = match.groups()
        place = 1 if kind == "attentions" else 2 * int(index)
        return f"middle_block_{place}_{_RESNET.get(rest, rest)}"
    match = _OUTER.fullmatch(flat)
    if match is None:
        return flat
    side, block, kind, layer, rest = match.groups()
    head, first = (
        ("input_blocks", int(block) * _LAYERS + 1)
        if side == "down"
        else (
            "output_blocks",
            int(block) * _LAYERS,
        )
    )
    if kind == "downsamplers":
        return f"{head}_{first + _LAYERS - 1}_0_op"
    if kind == "upsamplers":
        return f"{head}_{first + _LAYERS - 1}_2_{rest}"
    place = 1 if kind == "attentions" else 0
    return f"{head}_{first + int(layer)}_{place}_{_RESNET.get(rest, rest)}"
