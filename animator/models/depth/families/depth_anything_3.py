"""Depth-Anything 3: for one view, and for several, which is given one here."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from animator.models.depth.families.depth_anything import SIZES, Size
from animator.models.depth.preprocess import Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec

if TYPE_CHECKING:
    from torch import nn

_URL = "https://huggingface.co/depth-anything/DA3{}/resolve/main/model.safetensors"
_PREPARATION = Preparation(Sizing(504, 504, 14, "longest"), Normalize.imagenet(), "bilinear", resizing="area")
_SMALL, _BASE, _LARGE = SIZES
# Cameras, rays, Gaussians: all that several views are for.
_UNUSED = re.compile(r"^model\.(cam_enc|cam_dec|gs_head|gs_adapter)\.|_aux\.")


def _key(key: str) -> str | None:
    if _UNUSED.search(key):
        return None
    key = key.removeprefix("model.").removeprefix("backbone.")
    key = key.replace("head.scratch.sky_output_conv2.", "sky_layers.")
    return re.sub(r"^pretrained\.(?!camera_token)", "pretrained.model.", key)


def _mono() -> nn.Module:
    from animator.models.depth.backbones.dino import Dino
    from animator.models.depth.depth_anything_3 import DepthAnything3Mono

    encoder = Dino(_LARGE.encoder, _LARGE.out_indices)
    return DepthAnything3Mono(encoder, _LARGE.outputs, _LARGE.width)


def _several_views(size: Size, out_indices: tuple[int, int, int, int], start: int) -> nn.Module:
    from animator.models.depth.backbones.rotary_dino import RotaryDino, RotaryShape
    from animator.models.depth.depth_anything_3 import DepthAnything3

    encoder = RotaryDino(RotaryShape(size.encoder, out_indices, start))
    return DepthAnything3(encoder, size.outputs, size.width)


def _spec(
    size: Size, of_hub: str, out_indices: tuple[int, int, int, int], start: int, weights_license: str
) -> DepthModelSpec:
    return DepthModelSpec(
        f"depth-anything-v3-{size.name}",
        (f"depth_anything_v3_{size.code}.safetensors",),
        _URL.format(of_hub),
        _PREPARATION,
        "distance",
        ("model.backbone.pretrained.camera_token", (1, 2, size.embedding)),
        partial(_several_views, size, out_indices, start),
        _key,
        (f"da3-{size.name}",),
        weights_license,
    )


MODELS = (
    DepthModelSpec(
        "depth-anything-v3-mono",
        ("depth_anything_v3_mono_vitl.safetensors",),
        _URL.format("MONO-LARGE"),
        _PREPARATION,
        "distance",
        ("model.head.scratch.sky_output_conv2.0.weight", (32, 128, 3, 3)),
        _mono,
        _key,
        ("da3mono-large", "da3-mono-large"),
        "Apache-2.0",
    ),
    _spec(_SMALL, "-SMALL", (5, 7, 9, 11), 4, "Apache-2.0"),
    _spec(_BASE, "-BASE", (5, 7, 9, 11), 4, "Apache-2.0"),
    _spec(_LARGE, "-LARGE-1.1", (11, 15, 19, 23), 8, "CC-BY-NC-4.0"),
)
