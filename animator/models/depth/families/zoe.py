"""ZoeDepth: meters, trained indoors (n), on streets (k) or both (nk)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Literal

from animator.models.depth.families.dpt import beit_large
from animator.models.depth.families.keys import rename_needed
from animator.models.depth.preprocess import Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec, Signature

if TYPE_CHECKING:
    from torch import nn

Bins = Literal["free", "bounded"]
_RELEASES = "https://github.com/isl-org/ZoeDepth/releases/download/v1.0/"
_POINTS = "attractors.0._net.2.weight"


def _key(key: str) -> str:
    return re.sub(r"^core\.core\.", "core.", key)


def _one_head(bins: Bins, sizing: Sizing) -> nn.Module:
    from animator.models.depth.zoe import Zoe, ZoeShape

    return Zoe(beit_large(384), ZoeShape(bins, sizing))


def _two_heads(bins: Bins, sizing: Sizing) -> nn.Module:
    from animator.models.depth.zoe import ZoeNK, ZoeShape

    return ZoeNK(beit_large(384), ZoeShape(bins, sizing))


def _zoe(letters: str, width: int, bins: Bins, signature: Signature) -> DepthModelSpec:
    file = f"ZoeD_M12_{letters.upper()}.pt"
    sizing = Sizing(width, 384, 32, "minimal")  # the network itself resizes
    return DepthModelSpec(
        f"zoe-{letters}",
        (file,),
        _RELEASES + file,
        Preparation(sizing, Normalize.half(), "bicubic", margins=True),
        "meters",
        signature,
        partial(_two_heads if letters == "nk" else _one_head, bins, sizing),
        rename_needed(_key),
        (f"zoe_{letters}",),
    )


MODELS = (
    _zoe("n", 512, "free", (_POINTS, (16, 128, 1, 1))),
    _zoe("k", 768, "bounded", (_POINTS, (32, 128, 1, 1))),
    _zoe("nk", 512, "free", ("mlp_classifier.0.weight", None)),
)
