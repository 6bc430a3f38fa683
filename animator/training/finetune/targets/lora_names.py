"""Names of a LoRA's tensors in files: those of kohya and A1111, and diffusers' own."""

from collections.abc import Mapping

import torch
from torch import Tensor

from animator.models.diffusion.checkpoints.original_unet import to_original

Factors = Mapping[tuple[str, str], tuple[Tensor, Tensor]]
"""Part and path of a layer -> its matrices: inputs to rank, rank to outputs."""
_TEXTS = "text_model."


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
