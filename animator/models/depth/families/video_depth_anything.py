"""Video-Depth-Anything: depth of the images of a film, each seen with those before it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from animator.models.depth.families.depth_anything import SIZES, Size
from animator.models.depth.families.keys import drop_unused
from animator.models.depth.preprocess import Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec

if TYPE_CHECKING:
    from torch import nn

WINDOW = 32
"""Images that the released networks were trained to see at once."""
_WIDEST = 1.777
_SHA256 = {"vits": "13379300b739e659f076a59d52e9801bd8d38c541a7e71f73bbca4dcfb013609"}


def _key(key: str) -> str | None:
    """Renames a key; the positions in time follow from the window."""
    if drop_unused(key) is None or key.endswith(".pos_encoder.pe"):
        return None
    key = key.replace(".temporal_transformer.", ".").replace(".transformer_blocks.0.", ".")
    return re.sub(r"^pretrained\.", "pretrained.model.", key)


def _build(size: Size) -> nn.Module:
    from animator.models.depth.backbones.dino import Dino
    from animator.models.depth.video_depth_anything import VideoDepthAnything

    return VideoDepthAnything(Dino(size.encoder, size.out_indices), size.outputs, size.width)


def _spec(size: Size) -> DepthModelSpec:
    file = f"video_depth_anything_{size.code}.pth"
    folder = f"depth-anything/Video-Depth-Anything-{size.name.title()}/resolve/main/"
    return DepthModelSpec(
        f"video-depth-anything-{size.name}",
        (file,),
        f"https://huggingface.co/{folder}{file}",
        Preparation(
            Sizing(518, 518, 14, "lower_bound", widest=_WIDEST), Normalize.imagenet(), "bilinear_corners"
        ),
        "inverse",
        ("head.motion_modules.3.temporal_transformer.proj_in.weight", (size.width, size.width)),
        partial(_build, size),
        _key,
        (f"video_depth_anything_{size.code}",),
        "Apache-2.0" if size.name == "small" else "CC-BY-NC-4.0",
        WINDOW,
        _SHA256.get(size.code, ""),
    )


MODELS = tuple(map(_spec, SIZES))
