"""DPT with Next-ViT."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animator.errors import ModelError
from animator.models.depth.families.keys import rename_needed
from animator.models.depth.families.midas import dpt, midas_preparation, midas_spec

if TYPE_CHECKING:
    from torch import nn


def _build() -> nn.Module:
    from animator.models.depth.backbones.hierarchical import NextViT

    return dpt(NextViT("nextvit_large"), (96, 256, 512, 1024))


def _key(key: str) -> str:
    """Renames a key: the file numbers blocks consecutively, timm by stage."""
    key = re.sub(
        r"features\.(\d+)\.", lambda m: "stages.{}.blocks.{}.".format(*_stage_and_block(int(m[1]))), key
    )
    return re.sub(r"mlp\.conv(\d)", r"mlp.fc\1", key)


def _stage_and_block(number: int, depths: tuple[int, ...] = (3, 4, 30, 3)) -> tuple[int, int]:
    for stage, depth in enumerate(depths):
        if number < depth:
            return stage, number
        number -= depth
    raise ModelError(f"Next-ViT: the file has more blocks than the network's {sum(depths)}")


MODELS = (
    midas_spec(
        "dpt-next-vit-large-384",
        "dpt_next_vit_large_384",
        midas_preparation(384),
        ("pretrained.model.features.0.patch_embed.conv.weight", None),
        _build,
        rename_needed(_key),
    ),
)
