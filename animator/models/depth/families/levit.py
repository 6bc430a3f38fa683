"""DPT with LeViT: three levels, the stem in reverse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animator.models.depth.families.keys import renamed_by
from animator.models.depth.families.midas import WIDTH, published, sized

if TYPE_CHECKING:
    from torch import nn


def _build() -> nn.Module:
    from animator.models.depth.backbones.hierarchical import Levit
    from animator.models.depth.decoder import Head, Merge
    from animator.models.depth.networks import LevitDpt

    shape = Merge((384, 512, 768), WIDTH[:3])
    return LevitDpt(Levit("levit_384"), shape, Head(64, 32, 8, align_corners=True))


def _key(key: str) -> str | None:
    """One flat list of branches in the file; stages, blocks and named branches in timm."""
    if "scratch." in key:
        return None if "refinenet3.resConfUnit1" in key else key
    stem = re.sub(r"patch_embed\.(\d)\.", lambda m: f"stem.conv{int(m[1]) // 2 + 1}.", key)
    placed = re.sub(r"blocks\.(\d+)\.(m\.)?", lambda m: _branch(int(m[1])), stem)
    placed = placed.replace("mlp.0.", "mlp.ln1.").replace("mlp.2.", "mlp.ln2.")
    placed = re.sub(r"\.(q|proj)\.1\.", r".\1.ln.", placed)
    return placed.replace(".c.", ".linear.")


def _branch(number: int) -> str:
    """Eight branches (attention, MLP in turn) to a stage, and two that downsample before the next."""
    stage, place = divmod(number + 2, 10)
    if place < 2:
        return f"stages.{stage}.downsample.{('attn_downsample', 'mlp')[place]}."
    block, kind = divmod(place - 2, 2)
    return f"stages.{stage}.blocks.{block}.{('attn', 'mlp')[kind]}."


MODELS = (
    published(
        "dpt-levit",
        "dpt_levit_224",
        sized(224, keep_aspect=False),
        ("scratch.stem_transpose.0.c.weight", None),
        _build,
        renamed_by(_key),
    ),
)
