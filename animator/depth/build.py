"""Empty networks, ready for the weights of a file, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode

from animator.depth.backbones.beit import Beit
from animator.depth.backbones.dino import Dino
from animator.depth.backbones.hierarchical import EfficientNetLite, Levit, NextViT, ResNeXt, Swin
from animator.depth.backbones.vit import HybridViT, ViT
from animator.depth.decoder import Head, Merge
from animator.depth.networks import DepthAnything, Dpt, LevitDpt
from animator.depth.preprocess import Sizing
from animator.depth.zoe import Zoe, ZoeNK, ZoeShape

WIDTH = (256, 256, 256, 256)
LARGE = (256, 512, 1024, 1024)
EARLY, SPREAD = (2, 5, 8, 11), (5, 11, 17, 23)


def empty(name: str, sizing: Sizing) -> nn.Module:
    """The network of that name with unset weights.

    Args:
        name: Of an entry of the registry.
        sizing: Of that entry; ZoeDepth resizes by itself.
    """
    with _Unset():
        return _zoe(name, sizing) if name.startswith("zoe-") else _BUILDERS[name]()


class _Unset(TorchFunctionMode):
    """Inside it, random numbers are not drawn: all weights are replaced, and drawing them takes seconds."""

    _DRAWS = frozenset(
        {"uniform_", "normal_", "erfinv_", "trunc_normal_", "kaiming_uniform_", "xavier_uniform_"}
    )

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        if getattr(func, "__name__", "") in self._DRAWS:
            return args[0] if args else given["tensor"]
        return func(*args, **given)


def _dpt(encoder: nn.Module, inputs: tuple[int, ...]) -> Dpt:
    return Dpt(encoder, Merge(inputs, WIDTH), Head(256, 128, 32, align_corners=True))


def _swin(name: str, width: int) -> Dpt:
    return _dpt(Swin(name), (width, 2 * width, 4 * width, 8 * width))


def _beit(size: int) -> Dpt:
    return _dpt(Beit(f"beit_large_patch16_{size}", SPREAD, LARGE), LARGE)


def _levit() -> LevitDpt:
    shape = Merge((384, 512, 768), WIDTH[:3])
    return LevitDpt(Levit("levit_384"), shape, Head(64, 32, 8, align_corners=True))


def _midas21() -> Dpt:
    shape = Merge((256, 512, 1024, 2048), WIDTH, out_conv=False, rectified_shortcut=True)
    return Dpt(ResNeXt("resnext101_32x8d"), shape, Head(256, 128, 32, align_corners=False))


def _midas_small() -> Dpt:
    shape = Merge((32, 48, 136, 384), (64, 128, 256, 512))
    return Dpt(EfficientNetLite("tf_efficientnet_lite3"), shape, Head(64, 32, 32, align_corners=False))


_DINO: dict[str, tuple[str, tuple[int, int, int, int], int]] = {
    "small": ("vit_small_patch14_dinov2", (48, 96, 192, 384), 64),
    "base": ("vit_base_patch14_dinov2", (96, 192, 384, 768), 128),
    "large": ("vit_large_patch14_dinov2", (256, 512, 1024, 1024), 256),
}


def _anything(kind: str, size: str) -> DepthAnything:
    """`kind` is v1, v2, indoor or outdoor."""
    name, outputs, width = _DINO[size]
    depth = 24 if size == "large" else 12
    last = tuple(range(depth - 4, depth))
    taken = last if kind == "v1" else ((4, 11, 17, 23) if size == "large" else EARLY)
    limit = {"indoor": 20.0, "outdoor": 80.0}.get(kind)
    return DepthAnything(
        Dino(name, (taken[0], taken[1], taken[2], taken[3])), outputs, width, max_depth=limit
    )


def _zoe(name: str, sizing: Sizing) -> nn.Module:
    if name == "zoe-nk":
        return ZoeNK(_beit(384), ZoeShape("free", sizing))
    return Zoe(_beit(384), ZoeShape("free" if name == "zoe-n" else "bounded", sizing))


def _anythings() -> dict[str, Callable[[], nn.Module]]:
    kinds = {"v1": "v1", "v2": "v2", "v2-indoor": "indoor", "v2-outdoor": "outdoor"}
    return {
        f"depth-anything-{label}-{size}": partial(_anything, kind, size)
        for label, kind in kinds.items()
        for size in _DINO
    }


_BUILDERS: dict[str, Callable[[], nn.Module]] = {
    "midas-small": _midas_small,
    "midas-v21": _midas21,
    "dpt-large": lambda: _dpt(ViT("vit_large_patch16_384", LARGE), LARGE),
    "dpt-hybrid": lambda: _dpt(HybridViT("vit_base_r50_s16_384", (256, 512, 768, 768)), (256, 512, 768, 768)),
    "dpt-beit-large-512": lambda: _beit(512),
    "dpt-beit-large-384": lambda: _beit(384),
    "dpt-beit-base-384": lambda: _dpt(
        Beit("beit_base_patch16_384", EARLY, (96, 192, 384, 768)), (96, 192, 384, 768)
    ),
    "dpt-swin2-large-384": lambda: _swin("swinv2_large_window12to24_192to384", 192),
    "dpt-swin2-base-384": lambda: _swin("swinv2_base_window12to24_192to384", 128),
    "dpt-swin2-tiny": lambda: _swin("swinv2_tiny_window16_256", 96),
    "dpt-swin-large-384": lambda: _swin("swin_large_patch4_window12_384", 192),
    "dpt-next-vit-large-384": lambda: _dpt(NextViT("nextvit_large"), (96, 256, 512, 1024)),
    "dpt-levit": _levit,
    **_anythings(),
}
