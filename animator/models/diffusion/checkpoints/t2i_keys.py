"""Names of the tensors of T2I-Adapters: the original ones (`body.0.block1.weight`), and diffusers'.

An adapter for SDXL folds 16 x 16 pixels into its first channels, others 8 x 8.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]
PREFIX = "adapter."
FACTORS = {64: 8, 192: 8, 256: 16, 768: 16}
"""First channels -> side of the pixels that are folded, for images of one channel and of three."""
_SIGNS = ("body.0.block1.weight", "body.0.resnets.0.block1.weight", "body.0.body.0.block1.weight")
_BLOCK = re.compile(r"body\.(\d{1,2})\.(block\d)\.(.*)", re.ASCII)
_LIGHT = re.compile(r"body\.(\d{1,2})\.body\.(\d{1,2})\.(.*)", re.ASCII)
_IN_CONV = re.compile(r"body\.(\d{1,2})\.in_conv\.(.*)", re.ASCII)
_PER_BLOCK = 2
"""Residual layers of a block of a full adapter."""


def is_adapter(names: Iterable[str]) -> bool:
    """Returns True for the names of an adapter's tensors, in any layout."""
    bare = {name.removeprefix(PREFIX) for name in names}
    return any(sign in bare for sign in _SIGNS)


def is_for_xl(shapes: Shapes) -> bool:
    """Returns True for an adapter that was made for SDXL."""
    return FACTORS.get(first_channels(adapter_tensors(shapes)), 8) == 16


def first_channels(shapes: Shapes) -> int:
    """Returns the channels that an adapter begins with; 0 if unknown. Shapes are by diffusers' names."""
    names = ("adapter.conv_in.weight", "adapter.body.0.in_conv.weight")
    return next((shapes[name][1] for name in names if name in shapes and len(shapes[name]) == 4), 0)


def adapter_tensors(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Returns tensors, or their shapes, by diffusers' names."""
    bare = {name.removeprefix(PREFIX): value for name, value in tensors.items()}
    is_original = "body.0.block1.weight" in bare  # whose blocks are numbered by their residual layers
    return {
        f"{PREFIX}{_diffusers_name(name, is_original=is_original)}": value for name, value in bare.items()
    }


def _diffusers_name(name: str, *, is_original: bool) -> str:
    if is_original and (match := _IN_CONV.fullmatch(name)):
        return f"body.{int(match[1]) // _PER_BLOCK}.in_conv.{match[2]}"
    if match := _BLOCK.fullmatch(name):
        block, layer = divmod(int(match[1]), _PER_BLOCK)
        return f"body.{block}.resnets.{layer}.{match[2]}.{match[3]}"
    if match := _LIGHT.fullmatch(name):
        return f"body.{match[1]}.resnets.{match[2]}.{match[3]}"
    return name
