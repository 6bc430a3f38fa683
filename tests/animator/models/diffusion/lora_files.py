"""LoRA files for tiny models, in the layouts that people have: kohya's, diffusers' and PEFT's, LyCORIS'."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.models.diffusion.unet_model import UNetModel
from tests.animator.models.diffusion.original_names import original_unet_name

RANK = 4
UNET_LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in")
TEXT_LAYERS = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")

Factors = Mapping[tuple[str, str], tuple[Tensor, Tensor]]


def targets(pipeline: Any, *, convolutions: bool = False) -> Iterator[tuple[str, str, Tensor]]:
    """Part, path and weight of the layers that a LoRA changes."""
    for part, module in UNetModel.of("tiny", pipeline).parts.items():
        names = {"unet": UNET_LAYERS, "vae": ()}.get(part, TEXT_LAYERS)
        for path, layer in module.named_modules():
            is_resnet = convolutions and part == "unet" and path.endswith(("conv1", "time_emb_proj"))
            if path.endswith(tuple(names)) or is_resnet:
                yield part, path.removeprefix("text_model."), layer.weight


def factors(pipeline: Any, seed: int = 0, *, convolutions: bool = False) -> Factors:
    """The down and up factors of a random LoRA."""
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for part, path, weight in targets(pipeline, convolutions=convolutions):
        down = torch.randn((RANK, *weight.shape[1:]), generator=generator) / weight[0].numel() ** 0.5
        up = torch.randn((weight.shape[0], RANK, *(1,) * (weight.ndim - 2)), generator=generator) * 0.3
        made[part, path] = (down, up)
    return made


def kohya(made: Factors, path: Path, alpha: float, *, original: bool = False) -> Path:
    """kohya's layout; `original` names the U-Net's blocks as SDXL's trainers do."""
    two = any(part == "text_encoder_2" for part, _ in made)
    heads = {
        "unet": "lora_unet_",
        "text_encoder": "lora_te1_" if two else "lora_te_",
        "text_encoder_2": "lora_te2_",
    }
    tensors: dict[str, Tensor] = {}
    for (part, layer), (down, up) in made.items():
        named = original_unet_name(f"{layer}.weight").removesuffix(".weight") if original else layer
        named = named if part == "unet" else f"text_model.{layer}"
        base = heads[part] + named.replace(".", "_")
        tensors |= {f"{base}.lora_down.weight": down, f"{base}.lora_up.weight": up}
        tensors[f"{base}.alpha"] = torch.tensor(float(alpha))
    save_file(tensors, path)
    return path


def peft(made: Factors, path: Path) -> Path:
    """The layout that diffusers' and PEFT's trainers write; its scale is 1."""
    tensors: dict[str, Tensor] = {}
    for (part, layer), (down, up) in made.items():
        layer = layer if part == "unet" else f"text_model.{layer}"
        tensors |= {f"{part}.{layer}.lora_A.weight": down, f"{part}.{layer}.lora_B.weight": up}
    save_file(tensors, path)
    return path
