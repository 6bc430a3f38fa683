"""The layers of flow-matching networks that a LoRA changes: `flow_layers`."""

import re
from typing import Any

from torch import nn

from animator.models.diffusion.network_files.packed import PackedLinear

_ATTENTION = re.compile(
    r".*\.(attn\d?|attention)\.(to_[qkv]|to_out(\.0)?|add_[qkv]_proj|to_add_out|to_qkv_mlp_proj|to_gate)"
)
_TRANSFORMER = re.compile(
    rf"{_ATTENTION.pattern}|.*\.(ff|ff_context|img_mlp|txt_mlp|feed_forward)\..*"
    r"|.*single_transformer_blocks\.\d+\.(proj_mlp|proj_out)"
)
_PATTERNS = {"attention": _ATTENTION, "transformer": _TRANSFORMER, "all": re.compile(".*")}
"""Patterns of the layers' paths, by `lora.layers`."""


def flow_layers(transformer: Any, layers: str) -> str:
    """Returns a pattern of exactly the layers that are changed.

    Args:
        transformer: diffusers' network of any family.
        layers: `lora.layers`.
    """
    named = [
        path
        for path, module in transformer.named_modules()
        if _can_change(module) and _PATTERNS[layers].fullmatch(path)
    ]
    return "|".join(map(re.escape, named))


def _can_change(module: nn.Module) -> bool:
    """Returns True for a layer whose weights are one matrix, which small ones can be added to."""
    return isinstance(module, nn.Linear | PackedLinear) or (
        isinstance(module, nn.Conv2d) and module.groups == 1
    )
