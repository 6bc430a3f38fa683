"""MiDaS 2.1 (convolutional), and helpers for all networks published with MiDaS."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from animator.models.depth.families.keys import drop_unused, rename_needed
from animator.models.depth.preprocess import Normalize, Preparation, Sizing
from animator.models.depth.spec import DepthModelSpec, Signature

if TYPE_CHECKING:
    from torch import nn

    from animator.models.depth.networks import Dpt

RELEASES = "https://github.com/isl-org/MiDaS/releases/download/"
WIDTH = (256, 256, 256, 256)


def midas_preparation(side: int, *, keep_aspect: bool = True) -> Preparation:
    """Returns the preprocessing of DPT networks with inputs of `side` pixels."""
    sizing = Sizing(side, side, 32, "minimal" if keep_aspect else "exact")
    return Preparation(sizing, Normalize.half(), "bicubic")


def midas_spec(
    name: str,
    file: str,
    preparation: Preparation,
    signature: Signature,
    build: Callable[[], nn.Module],
    rename: Callable[[str], str | None] = drop_unused,
) -> DepthModelSpec:
    """Returns the spec of a network published with MiDaS.

    Args:
        name: Name in presets.
        file: File name without the suffix, also an alias.
        preparation: See `DepthModelSpec`.
        signature: See `DepthModelSpec`.
        build: See `DepthModelSpec`.
        rename: See `DepthModelSpec`.
    """
    folder = "v2_1/" if file.startswith("midas_v21") else "v3_1/"
    url = f"{RELEASES}{folder}{file}.pt"
    return DepthModelSpec(
        name, (f"{file}.pt",), url, preparation, "inverse", signature, build, rename, (file,)
    )


def dpt(encoder: nn.Module, inputs: tuple[int, ...]) -> Dpt:
    """Returns an encoder with the decoder of MiDaS 3, whose inputs have `inputs` channels."""
    from animator.models.depth.decoder import DecoderShape, Head
    from animator.models.depth.networks import Dpt

    return Dpt(encoder, DecoderShape(inputs, WIDTH), Head(256, 128, 32, align_corners=True))


def _resnext() -> nn.Module:
    from animator.models.depth.backbones.hierarchical import ResNeXt
    from animator.models.depth.decoder import DecoderShape, Head
    from animator.models.depth.networks import Dpt

    shape = DecoderShape((256, 512, 1024, 2048), WIDTH, out_conv=False, rectified_shortcut=True)
    return Dpt(ResNeXt("resnext101_32x8d"), shape, Head(256, 128, 32, align_corners=False))


def _efficientnet() -> nn.Module:
    from animator.models.depth.backbones.hierarchical import EfficientNetLite
    from animator.models.depth.decoder import DecoderShape, Head
    from animator.models.depth.networks import Dpt

    shape = DecoderShape((32, 48, 136, 384), (64, 128, 256, 512))
    return Dpt(EfficientNetLite("tf_efficientnet_lite3"), shape, Head(64, 32, 32, align_corners=False))


def _resnext_key(key: str) -> str:
    """Renames a key: the first layer of the file includes the stem."""
    key = key.replace("pretrained.layer1.0.", "pretrained.model.conv1.")
    key = key.replace("pretrained.layer1.1.", "pretrained.model.bn1.")
    key = key.replace("pretrained.layer1.4.", "pretrained.model.layer1.")
    return re.sub(r"^pretrained\.layer", "pretrained.model.layer", key)


def _efficientnet_key(key: str) -> str:
    """Renames a key: the file's four layers contain the stem and the seven blocks."""
    key = key.replace("pretrained.layer1.0.", "pretrained.model.conv_stem.")
    key = key.replace("pretrained.layer1.1.", "pretrained.model.bn1.")
    first = {"1.3": 0, "1.4": 1, "2.0": 2, "3.0": 3, "3.1": 4, "4.0": 5, "4.1": 6}
    return re.sub(r"^pretrained\.layer(\d\.\d)\.", lambda m: f"pretrained.model.blocks.{first[m[1]]}.", key)


def _convolutional(side: int) -> Preparation:
    return Preparation(Sizing(side, side, 32, "upper_bound"), Normalize.imagenet(), "bicubic")


MODELS = (
    midas_spec(
        "midas-small",
        "midas_v21_small_256",
        _convolutional(256),
        ("pretrained.layer1.3.0.conv_dw.weight", None),
        _efficientnet,
        rename_needed(_efficientnet_key),
    ),
    midas_spec(
        "midas-v21",
        "midas_v21_384",
        _convolutional(384),
        ("pretrained.layer1.4.0.conv1.weight", None),
        _resnext,
        rename_needed(_resnext_key),
    ),
)
