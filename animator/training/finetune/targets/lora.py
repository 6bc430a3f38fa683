"""`LoraTarget`: a LoRA, trained with peft's layers."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch
from safetensors.torch import save
from torch import Tensor

from animator.core.atomic import atomic_write
from animator.models.diffusion.network_files.packed import PackedLinear
from animator.training.finetune.groups import LoraSettings
from animator.training.finetune.targets.flow_layers import flow_layers
from animator.training.finetune.targets.lora_names import diffusers_names, kohya_names
from animator.training.finetune.targets.target import TRANSFORMER, by_use, trained_parts
from animator.training.finetune.trainee import Vectors

ADAPTER = "trained"
_ATTENTION = r".*\.(to_q|to_k|to_v|to_out\.0)"
_TRANSFORMER = r".*attentions\..*(to_q|to_k|to_v|to_out\.0|proj_in|proj_out|ff\.net\.0\.proj|ff\.net\.2)"
_ALL = rf"{_TRANSFORMER}|.*(conv1|conv2|conv_shortcut|time_emb_proj|samplers\.0\.conv|conv_in|conv_out)"
UNET_LAYERS = {"attention": _ATTENTION, "transformer": _TRANSFORMER, "all": _ALL}
"""Patterns of the layers' paths, by `lora.layers`."""
TEXT_LAYERS = r".*(q_proj|k_proj|v_proj|out_proj|fc1|fc2)"


class LoraTarget:
    """Low-rank matrices beside layers of the U-Net and, where asked for, the text encoders."""

    vectors: ClassVar[Vectors] = {}

    def __init__(
        self, parts: Mapping[str, Any], family: str, settings: LoraSettings, *, trains_texts: bool
    ) -> None:
        """Adds peft's layers to the model; at first they change nothing.

        Args:
            parts: The model's modules by diffusers' names.
            family: The model's family, which decides names in the file.
            settings: Rank, layers and file.
            trains_texts: Add them to the text encoders, too.
        """
        self._settings, self._family = settings, family
        self._alpha = float(settings.rank if settings.alpha is None else settings.alpha)
        self._parts = trained_parts(parts, trains_texts=trains_texts)
        for name, part in self._parts.items():
            self._inject(part, _layers_of(name, part, settings.layers))
        self.image_weights, self.text_weights = by_use(
            {
                f"{name}.{layer}.{side}": getattr(module, side)[ADAPTER].weight
                for name, part in self._parts.items()
                for layer, module in _layers(part)
                for side in ("lora_A", "lora_B")
            }
        )

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the LoRA as one .safetensors file."""
        path = folder / f"{metadata['ss_output_name']}.safetensors"
        factors = {
            (part, layer): (_weight(module.lora_A), _weight(module.lora_B))
            for part, model in self._parts.items()
            for layer, module in _layers(model)
        }
        names = kohya_names if self._settings.format == "kohya" else diffusers_names
        more = {"ss_network_module": "networks.lora"} if self._settings.format == "kohya" else {}
        more |= {"ss_network_dim": str(self._settings.rank), "ss_network_alpha": f"{self._alpha:g}"}
        tensors = names(factors, self._alpha, self._family)
        atomic_write(path, save(dict(tensors), {**metadata, **more}))
        return path

    def _inject(self, part: Any, layers: str) -> None:
        from peft import LoraConfig, inject_adapter_in_model

        config = LoraConfig(
            r=self._settings.rank,
            lora_alpha=self._alpha,  # type: ignore[arg-type]  # peft divides it, and takes any number
            lora_dropout=self._settings.dropout,
            target_modules=layers,
            init_lora_weights=True,
        )
        if any(isinstance(module, PackedLinear) for module in part.modules()):
            from animator.training.finetune.targets.packed_lora import CUSTOM

            config._register_custom_module(CUSTOM)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Unsupported layer type .*PackedLinear")  # its LoRA is ours
            inject_adapter_in_model(config, part, ADAPTER)
        for _, module in _layers(part):
            for matrices in (module.lora_A, module.lora_B):
                matrices.to(torch.float32)


def _layers_of(name: str, part: Any, layers: str) -> str:
    """Returns the pattern of the layers that are changed in a part, by its name."""
    if name == TRANSFORMER:
        return flow_layers(part, layers)
    return UNET_LAYERS[layers] if name == "unet" else TEXT_LAYERS


def _layers(model: Any) -> list[tuple[str, Any]]:
    """Returns peft's layers of a model, with their paths."""
    return [(path, module) for path, module in model.named_modules() if hasattr(module, "lora_A")]


def _weight(matrices: Any) -> Tensor:
    return torch.as_tensor(matrices[ADAPTER].weight.detach().cpu().contiguous())
