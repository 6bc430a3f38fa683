"""Depth-Anything 1 and 2, and the metric versions of 2 for indoor and outdoor scenes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from animator.models.depth.families.keys import rename_needed
from animator.models.depth.preprocess import Final, Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec

if TYPE_CHECKING:
    from torch import nn

_HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Size:
    """Size of a Depth-Anything network; every version has three.

    Attributes:
        name: Name in presets and URLs.
        code: Name in files.
        embedding: Channels of the encoder's feature maps.
        outputs: Channels of the decoder's four inputs.
        width: Channels inside the decoder.
        out_indices: Encoder blocks used as feature maps by version 2.
        depth: Number of encoder blocks; version 1 uses the last four.
    """

    name: str
    code: str
    embedding: int
    outputs: tuple[int, int, int, int]
    width: int
    out_indices: tuple[int, int, int, int] = (2, 5, 8, 11)
    depth: int = 12

    @property
    def encoder(self) -> str:
        """Name of timm's encoder."""
        return f"vit_{self.name}_patch14_dinov2"

    @property
    def last(self) -> tuple[int, int, int, int]:
        """Indices of the last four blocks."""
        return self.depth - 4, self.depth - 3, self.depth - 2, self.depth - 1


SIZES = (
    Size("small", "vits", 384, (48, 96, 192, 384), 64),
    Size("base", "vitb", 768, (96, 192, 384, 768), 128),
    Size("large", "vitl", 1024, (256, 512, 1024, 1024), 256, (4, 11, 17, 23), 24),
)
"""The sizes, smallest first."""


def _build(size: Size, version: int, max_depth: float | None = None) -> nn.Module:
    from animator.models.depth.backbones.dino import Dino
    from animator.models.depth.networks import DepthAnything

    encoder = Dino(size.encoder, size.last if version == 1 else size.out_indices)
    return DepthAnything(encoder, size.outputs, size.width, max_depth=max_depth)


def _key(key: str) -> str:
    return re.sub(r"^pretrained\.", "pretrained.model.", key)


def _relative(version: int, size: Size) -> DepthModelSpec:
    final: Final = "bilinear_corners" if version == 2 else "bilinear"
    file = f"depth_anything_v2_{size.code}.pth" if version == 2 else f"depth_anything_{size.code}14.pth"
    folder = f"depth-anything/Depth-Anything-V2-{size.name.title()}/resolve/main/"
    if version == 1:
        folder = "spaces/LiheYoung/Depth-Anything/resolve/main/checkpoints/"
    return DepthModelSpec(
        f"depth-anything-v{version}-{size.name}",
        (file,),
        _HUB + folder + file,
        Preparation(Sizing(518, 518, 14, "lower_bound"), Normalize.imagenet(), final),
        "inverse",
        ("depth_head.projects.0.weight", (size.outputs[0], size.embedding, 1, 1)),
        partial(_build, size, version),
        rename_needed(_key),
        (f"depth_anything_v{version}_{size.code}",),
        "Apache-2.0" if version == 1 or size.name == "small" else "CC-BY-NC-4.0",
    )


def _metric(scene: str, data: str, max_depth: float, size: Size) -> DepthModelSpec:
    file = f"depth_anything_v2_metric_{data.lower()}_{size.code}.pth"
    folder = f"depth-anything/Depth-Anything-V2-Metric-{data}-{size.name.title()}/resolve/main/"
    return replace(
        _relative(2, size),
        name=f"depth-anything-v2-{scene}-{size.name}",
        files=(file,),
        url=_HUB + folder + file,
        output="meters",
        build=partial(_build, size, 2, max_depth),
        aliases=(f"depth_anything_v2_metric_{size.code}",) if scene == "indoor" else (),
    )


MODELS = (
    *(_relative(2, size) for size in SIZES),
    *(_relative(1, size) for size in SIZES),
    *(_metric("indoor", "Hypersim", 20.0, size) for size in SIZES),
    *(_metric("outdoor", "VKITTI", 80.0, size) for size in SIZES),
)
