"""DPT with vision transformers: ViT, a hybrid of ViT and ResNet, BEiT."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from animator.models.depth.families.keys import drop_unused
from animator.models.depth.families.midas import RELEASES, dpt, midas_preparation, midas_spec
from animator.models.depth.spec import DepthModelSpec

if TYPE_CHECKING:
    from torch import nn

    from animator.models.depth.networks import Dpt

_LARGE = (256, 512, 1024, 1024)
_HYBRID = (256, 512, 768, 768)
_BASE = (96, 192, 384, 768)
_BEIT = "pretrained.model.blocks.0.attn.relative_position_bias_table"


def _vit() -> nn.Module:
    from animator.models.depth.backbones.vit import ViT

    return dpt(ViT("vit_large_patch16_384", _LARGE), _LARGE)


def _hybrid() -> nn.Module:
    from animator.models.depth.backbones.vit import HybridViT

    return dpt(HybridViT("vit_base_r50_s16_384", _HYBRID), _HYBRID)


def beit_large(size: int) -> Dpt:
    """Returns DPT with the large BEiT for images of 384 or 512 pixels."""
    from animator.models.depth.backbones.beit import Beit

    return dpt(Beit(f"beit_large_patch16_{size}", (5, 11, 17, 23), _LARGE), _LARGE)


def _beit_base() -> nn.Module:
    from animator.models.depth.backbones.beit import Beit

    return dpt(Beit("beit_base_patch16_384", (2, 5, 8, 11), _BASE), _BASE)


DPT_LARGE = DepthModelSpec(
    "dpt-large",
    ("dpt_large_384.pt", "dpt_large-midas-2f21e586.pt"),
    RELEASES + "v3/dpt_large_384.pt",
    midas_preparation(384),
    "inverse",
    ("pretrained.model.pos_embed", (1, 577, 1024)),
    _vit,
    drop_unused,
    ("dpt_large_384",),
)
_DPT_HYBRID = DepthModelSpec(
    "dpt-hybrid",
    ("dpt_hybrid_384.pt", "dpt_hybrid-midas-501f0c75.pt"),
    RELEASES + "v3/dpt_hybrid_384.pt",
    midas_preparation(384),
    "inverse",
    ("pretrained.model.patch_embed.backbone.stem.conv.weight", None),
    _hybrid,
    drop_unused,
    ("dpt_hybrid_384",),
)
MODELS = (
    DPT_LARGE,
    _DPT_HYBRID,
    midas_spec(
        "dpt-beit-large-512",
        "dpt_beit_large_512",
        midas_preparation(512),
        (_BEIT, (3972, 16)),
        partial(beit_large, 512),
    ),
    midas_spec(
        "dpt-beit-large-384",
        "dpt_beit_large_384",
        midas_preparation(384),
        (_BEIT, (2212, 16)),
        partial(beit_large, 384),
    ),
    midas_spec(
        "dpt-beit-base-384", "dpt_beit_base_384", midas_preparation(384), (_BEIT, (2212, 12)), _beit_base
    ),
)
