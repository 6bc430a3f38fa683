"""DPT with LeViT: three levels, then the stem in reverse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animator.models.depth.families.keys import rename_needed
from animator.models.depth.families.midas import WIDTH, midas_preparation, midas_spec

if TYPE_CHECKING:
    from torch import nn


def _build() -> nn.Module:
    from animator.models.depth.backbones.hierarchical import Levit
    from animator.models.depth.decoder import DecoderShape, Head
    from animator.models.depth.networks import LevitDpt

    shape = DecoderShape((384, 512, 768), WIDTH[:3])
    return LevitDpt(Levit("levit_384"), shape, Head(64, 32, 8, align_corners=True))


def _key(key: str) -> str | None:
    """Renames a key: the file has one flat list of branches, timm has stages, blocks and named branches."""
    if "scratch." in key:
        return None if "refinenet3.resConfUnit1" in key else key
    stem = re.sub(r"patch_embed\.(\d)\.", lambda m: f"stem.conv{int(m[1]) // 2 + 1}.", key)
    renamed = re.sub(r"blocks\.(\d+)\.(m\.)?", lambda m: _branch(int(m[1])), stem)
    renamed = renamed.replace("mlp.0.", "mlp.ln1.").replace("mlp.2.", "mlp.ln2.")
    renamed = re.sub(r"\.(q|proj)\.1\.", r".\1.ln.", renamed)
    return renamed.replace(".c.", ".linear.")


def _branch(number: int) -> str:
    """Returns timm's prefix: a stage has eight branches (attention, MLP in turn) and two that downsample."""
    stage, position = divmod(number + 2, 10)
    if position < 2:
        return f"stages.{stage}.downsample.{('attn_downsample', 'mlp')[position]}."
    block, kind = divmod(position - 2, 2)
    return f"stages.{stage}.blocks.{block}.{('attn', 'mlp')[kind]}."


MODELS = (
    midas_spec(
        "dpt-levit",
        "dpt_levit_224",
        midas_preparation(224, keep_aspect=False),
        ("scratch.stem_transpose.0.c.weight", None),
        _build,
        rename_needed(_key),
    ),
)
