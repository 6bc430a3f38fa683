"""DPT with Swin and Swin 2 transformers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from animator.models.depth.families.keys import rename_needed
from animator.models.depth.families.midas import dpt, midas_preparation, midas_spec
from animator.models.depth.spec import DepthModelSpec, Signature

if TYPE_CHECKING:
    from torch import nn

_ATTENTION = "pretrained.model.layers.0.blocks.0.attn."


def _build(encoder: str, width: int) -> nn.Module:
    from animator.models.depth.backbones.hierarchical import Swin

    return dpt(Swin(encoder), (width, 2 * width, 4 * width, 8 * width))


def _key(key: str) -> str:
    """Renames a key: stages downsample at their start in timm, in the file at the end of the one before."""
    return re.sub(r"layers\.(\d+)\.downsample", lambda m: f"layers.{int(m[1]) + 1}.downsample", key)


def _swin(name: str, side: int, signature: Signature, encoder: str, width: int) -> DepthModelSpec:
    file = f"{name.replace('-', '_').removesuffix(f'_{side}')}_{side}"
    build = partial(_build, encoder, width)
    return midas_spec(
        name, file, midas_preparation(side, keep_aspect=False), signature, build, rename_needed(_key)
    )


_SCALE, _BIAS = f"{_ATTENTION}logit_scale", f"{_ATTENTION}relative_position_bias_table"
MODELS = (
    _swin("dpt-swin2-large-384", 384, (_SCALE, (6, 1, 1)), "swinv2_large_window12to24_192to384", 192),
    _swin("dpt-swin2-base-384", 384, (_SCALE, (4, 1, 1)), "swinv2_base_window12to24_192to384", 128),
    _swin("dpt-swin2-tiny", 256, (_SCALE, (3, 1, 1)), "swinv2_tiny_window16_256", 96),
    _swin("dpt-swin-large-384", 384, (_BIAS, (529, 6)), "swin_large_patch4_window12_384", 192),
)
