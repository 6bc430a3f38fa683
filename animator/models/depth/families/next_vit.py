"""DPT with Next-ViT."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animator.errors import ModelError
from animator.models.depth.families.keys import renamed_by
from animator.models.depth.families.midas import dpt, published, sized

if TYPE_CHECKING:
    from torch import nn


def _build() -> nn.Module:
    from animator.models.depth.backbones.hierarchical import NextViT

    return dpt(NextViT("nextvit_large"), (96, 256, 512, 1024))


def _key(key: str) -> str:
    """Numbered one by one in the file, by stage and block in timm."""
    key = re.sub(r"features\.(\d+)\.", lambda m: "stages.{}.blocks.{}.".format(*_staged(int(m[1]))), key)
    return re.sub(r"mlp\.conv(\d)", r"mlp.fc\1", key)


def _staged(number: int, depths: tuple[int, ...] = (3, 4, 30, 3)) -> tuple[int, int]:
    for stage, depth in enumerate(depths):
        if number < depth:
            return stage, number
        number -= depth
    raise ModelError(f"block {number} past the end of Next-ViT")


MODELS = (
    published(
        "dpt-next-vit-large-384",
        "dpt_next_vit_large_384",
        sized(384),
        ("pretrained.model.features.0.patch_embed.conv.weight", None),
        _build,
        renamed_by(_key),
    ),
)
