"""MoGe-2: meters, from the points in space that it finds in an image."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from animator.models.depth.families.depth_anything import SIZES, Size
from animator.models.depth.preprocess import Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec

if TYPE_CHECKING:
    from torch import nn

SIDE = 60
"""Patches on each side of a square image, as the official program has them by default."""
# Directions of surfaces, constants, and what DINOv2 is only trained with.
_UNUSED = re.compile(r"^normal_head\.|^encoder\.image_|\.mask_token$")


@dataclass(frozen=True)
class _Released:
    """A file that was released.

    Attributes:
        size: Of DINOv2.
        hub: Its folder in the hub, at a revision.
        sha256: Of its `model.pt`.
        others: Names of other files that fit.
        out_indices: Blocks of DINOv2 whose maps are added.
        blocks: Residual blocks of the layers that the heads share.
    """

    size: Size
    hub: str
    sha256: str
    others: tuple[str, ...] = ()
    out_indices: tuple[int, ...] = (5, 11)
    blocks: int = 1


def _key(key: str) -> str | None:
    return None if _UNUSED.search(key) else key.replace("encoder.backbone.", "encoder.backbone.model.")


def _build(of: _Released) -> nn.Module:
    from animator.models.depth.backbones.dino import Dino
    from animator.models.depth.moge_2 import MoGe2

    return MoGe2(Dino(of.size.encoder, of.out_indices), of.blocks)


def _spec(of: _Released) -> DepthModelSpec:
    name, revision = of.hub.split("@")
    width = of.size.embedding
    return DepthModelSpec(
        f"moge-2-{of.size.name}",
        (f"{name}.pt", *of.others),
        f"https://huggingface.co/Ruicheng/{name}/resolve/{revision}/model.pt",
        Preparation(
            Sizing(SIDE * 14, SIDE * 14, 14, "patches"), Normalize.imagenet(), "bilinear", resizing="smooth"
        ),
        "meters",
        ("encoder.output_projections.0.weight", (width, width, 1, 1)),
        partial(_build, of),
        _key,
        (name, *(other.removesuffix(".pt") for other in of.others if other.endswith(".pt"))),
        "MIT",
        sha256=of.sha256,
    )


_SMALL, _BASE, _LARGE = SIZES
MODELS = (
    _spec(
        _Released(
            _SMALL,
            "moge-2-vits-normal@679230677b4d282c6f304189a93e98e14f085902",
            "79a16621928c2bf0ed04659218c55c01075e950507f40bb3332fb4c873d3e1dc",
        )
    ),
    _spec(
        _Released(
            _BASE,
            "moge-2-vitb-normal@54ad3a693e61907ea4633d13dec6ee682fa09419",
            "16b8110e86d5dc5a849db120ca96ef3a223fd30b0c9146d1d81db504073da5f6",
        )
    ),
    _spec(
        _Released(
            _LARGE,
            "moge-2-vitl@39c4d5e957afe587e04eec59dc2bcc3be5ecd968",
            "3eefd4abb2102f38f12b2d1992e5ff15e4923e5431c67dd494afe157e0111cd5",
            ("moge-2-vitl-normal.pt", "moge_2_vitl_normal_fp16.safetensors"),
            (5, 11, 17, 23),
            2,
        )
    ),
)
