"""Tiny random IP-Adapters and image encoders in the layouts that people have."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.models.torchvision_ops import declare_missing_ops
from tests.animator.models.diffusion import tiny_models

LAYERS, EMBEDDING, INNER = 32, 24, 64
"""Widths of the encoder's layers, of its embedding, and of the resampler of a "plus" adapter."""


def encoder(seed: int = 0, **other: Any) -> Any:
    """A random image encoder."""
    declare_missing_ops()
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    sizes = {
        "hidden_size": LAYERS,
        "intermediate_size": 48,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "image_size": 32,
        "patch_size": 8,
        "projection_dim": EMBEDDING,
    }
    with torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(seed)
        made = CLIPVisionModelWithProjection(CLIPVisionConfig(**{**sizes, **other}))
    tiny_models.stir(made, seed + 60)
    return made.eval()


def encoder_folder(path: Path, seed: int = 0) -> Path:
    """A folder as transformers saves it."""
    encoder(seed).save_pretrained(path)
    return path


def tensors(variant: str, unet: Any, seed: int = 0) -> dict[str, Tensor]:
    """An adapter's tensors by their published names, for a U-Net: plain, plus, full-face or faceid."""
    width = int(unet.config.cross_attention_dim)
    generator = torch.Generator().manual_seed(seed + 80)
    shapes = {f"image_proj.{name}": shape for name, shape in _projection(variant, width).items()}
    number = 1
    for name in unet.attn_processors:
        if name.endswith("attn2.processor"):
            inner = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
            shapes |= {f"ip_adapter.{number}.to_{kind}_ip.weight": (inner, width) for kind in "kv"}
            number += 2
    return {name: _random(shape, generator) for name, shape in shapes.items()}


def write(variant: str, unet: Any, path: Path, seed: int = 0) -> Path:
    """An adapter's file, pickled in two dicts if it ends with .bin."""
    made = tensors(variant, unet, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file(made, path)
        return path
    nested: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for name, tensor in made.items():
        group, _, rest = name.partition(".")
        nested[group][rest] = tensor
    torch.save(nested, path)
    return path


def flux_tensors(transformer: Any, seed: int = 0) -> dict[str, Tensor]:
    """An adapter's tensors for Flux's transformer, by the names that adapters of all bases share."""
    config, generator = transformer.config, torch.Generator().manual_seed(seed + 90)
    width, inner = config.joint_attention_dim, config.attention_head_dim * config.num_attention_heads
    shapes = {f"image_proj.{name}": shape for name, shape in _projection("plain", width).items()}
    for number in range(config.num_layers):
        for side in "kv":
            shapes |= _linear(f"ip_adapter.{number}.to_{side}_ip", inner, width)
    return {name: _random(shape, generator) for name, shape in shapes.items()}


def as_xlabs(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same by the names of XLabs' files."""
    named: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        group, _, rest = name.partition(".")
        if group == "image_proj":
            named[f"ip_adapter_proj_model.{rest}"] = tensor
        else:
            number, layer, kind = rest.split(".")
            side = layer.split("_")[1]
            named[f"double_blocks.{number}.processor.ip_adapter_double_stream_{side}_proj.{kind}"] = tensor
    return named


def _random(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    if len(shape) == 1:
        return 1 + 0.1 * torch.randn(shape, generator=generator)
    return torch.randn(shape, generator=generator) * 1.2 / shape[-1] ** 0.5


def _projection(variant: str, width: int) -> Mapping[str, tuple[int, ...]]:
    if variant == "plain":
        return {**_linear("proj", 4 * width, EMBEDDING), **_norm("norm", width)}
    if variant == "full-face":
        return {
            **_linear("proj.0", LAYERS, LAYERS),
            **_linear("proj.2", width, LAYERS),
            **_norm("proj.3", width),
        }
    if variant == "faceid":
        return {**_linear("proj.0", 64, 32), **_linear("proj.2", 4 * width, 64), **_norm("norm", width)}
    shapes: dict[str, tuple[int, ...]] = {"latents": (1, 5, INNER)}
    shapes |= {
        **_linear("proj_in", INNER, LAYERS),
        **_linear("proj_out", width, INNER),
        **_norm("norm_out", width),
    }
    for layer in range(4):
        attention, forward = f"layers.{layer}.0", f"layers.{layer}.1"
        shapes |= {**_norm(f"{attention}.norm1", INNER), **_norm(f"{attention}.norm2", INNER)}
        shapes |= {
            f"{attention}.to_q.weight": (INNER, INNER),
            f"{attention}.to_kv.weight": (2 * INNER, INNER),
        }
        shapes |= {f"{attention}.to_out.weight": (INNER, INNER), **_norm(f"{forward}.0", INNER)}
        shapes |= {f"{forward}.1.weight": (4 * INNER, INNER), f"{forward}.3.weight": (INNER, 4 * INNER)}
    return shapes


def _linear(name: str, outputs: int, inputs: int) -> Mapping[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, width: int) -> Mapping[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}
