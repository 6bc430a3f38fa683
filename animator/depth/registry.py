"""The depth networks that can be opened: names, files, where they are published, treatment of pictures.

Data only: nothing here loads torch. Sizes and normalisation are those of the official programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from animator.depth.preprocess import Final, Normalise, Preparation, Sizing

Returns = Literal["inverse", "metres"]
Mark = tuple[str, tuple[int, ...] | None]

_MIDAS = "https://github.com/isl-org/MiDaS/releases/download/"
_ZOE = "https://github.com/isl-org/ZoeDepth/releases/download/v1.0/"
_HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Entry:
    """One network that can be opened.

    Attributes:
        name: What presets call it.
        files: Names that its file goes by; the first is the one that is downloaded.
        url: Where the first file is published.
        preparation: The official treatment of a picture.
        returns: What the network puts out: relative inverse depth (larger = nearer) or metres (smaller =
            nearer).
        mark: An entry of the file, and its shape, that no other layout has.
        also: Other names for it.
        licence: Of the weights.
    """

    name: str
    files: tuple[str, ...]
    url: str
    preparation: Preparation
    returns: Returns
    mark: Mark
    also: tuple[str, ...] = ()
    licence: str = "MIT"


def _fit(side: int, *, keep_aspect: bool = True) -> Preparation:
    sizing = Sizing(side, side, 32, "minimal" if keep_aspect else "exact")
    return Preparation(sizing, Normalise.half(), "bicubic")


def _convolutional(side: int) -> Preparation:
    return Preparation(Sizing(side, side, 32, "upper_bound"), Normalise.imagenet(), "bicubic")


def _midas(name: str, official: str, preparation: Preparation, mark: Mark) -> Entry:
    folder, file = "v2_1/" if official.startswith("midas_v21") else "v3_1/", f"{official}.pt"
    return Entry(name, (file,), _MIDAS + folder + file, preparation, "inverse", mark, (official,))


def _anything(version: int, size: str, code: str) -> Entry:
    sizing = Sizing(518, 518, 14, "lower_bound")
    final: Final = "bilinear_corners" if version == 2 else "bilinear"
    preparation = Preparation(sizing, Normalise.imagenet(), final)
    file = f"depth_anything_v2_{code}.pth" if version == 2 else f"depth_anything_{code}14.pth"
    place = f"depth-anything/Depth-Anything-V2-{size.title()}/resolve/main/"
    if version == 1:
        place = "spaces/LiheYoung/Depth-Anything/resolve/main/checkpoints/"
    free = version == 1 or size == "small"
    return Entry(
        f"depth-anything-v{version}-{size}",
        (file,),
        _HUB + place + file,
        preparation,
        "inverse",
        ("depth_head.projects.0.weight", _PROJECTS[code]),
        (f"depth_anything_v{version}_{code}",),
        "Apache-2.0" if free else "CC-BY-NC-4.0",
    )


def _anything_metric(scene: str, data: str, size: str, code: str) -> Entry:
    relative = _anything(2, size, code)
    file = f"depth_anything_v2_metric_{data.lower()}_{code}.pth"
    place = f"depth-anything/Depth-Anything-V2-Metric-{data}-{size.title()}/resolve/main/"
    also = (f"depth_anything_v2_metric_{code}",) if scene == "indoor" else ()
    return Entry(
        f"depth-anything-v2-{scene}-{size}",
        (file,),
        _HUB + place + file,
        relative.preparation,
        "metres",
        relative.mark,
        also,
        relative.licence,
    )


def _zoe(letters: str, width: int, mark: Mark) -> Entry:
    file = f"ZoeD_M12_{letters.upper()}.pt"
    preparation = Preparation(Sizing(width, 384, 32, "minimal"), Normalise.half(), "bicubic", margins=True)
    return Entry(f"zoe-{letters}", (file,), _ZOE + file, preparation, "metres", mark, (f"zoe_{letters}",))


_SIZES = (("small", "vits"), ("base", "vitb"), ("large", "vitl"))
_PROJECTS = {"vits": (48, 384, 1, 1), "vitb": (96, 768, 1, 1), "vitl": (256, 1024, 1, 1)}
_BEIT = "pretrained.model.blocks.0.attn.relative_position_bias_table"
_SWIN = "pretrained.model.layers.0.blocks.0.attn."

DPT_LARGE = Entry(
    "dpt-large",
    ("dpt_large_384.pt", "dpt_large-midas-2f21e586.pt"),
    _MIDAS + "v3/dpt_large_384.pt",
    _fit(384),
    "inverse",
    ("pretrained.model.pos_embed", (1, 577, 1024)),
    ("dpt_large_384",),
)
DPT_HYBRID = Entry(
    "dpt-hybrid",
    ("dpt_hybrid_384.pt", "dpt_hybrid-midas-501f0c75.pt"),
    _MIDAS + "v3/dpt_hybrid_384.pt",
    _fit(384),
    "inverse",
    ("pretrained.model.patch_embed.backbone.stem.conv.weight", None),
    ("dpt_hybrid_384",),
)

# Networks of equal layout are told apart by the name of the file, else the first one here is taken.
ENTRIES: tuple[Entry, ...] = (
    _midas(
        "midas-small",
        "midas_v21_small_256",
        _convolutional(256),
        ("pretrained.layer1.3.0.conv_dw.weight", None),
    ),
    _midas("midas-v21", "midas_v21_384", _convolutional(384), ("pretrained.layer1.4.0.conv1.weight", None)),
    DPT_LARGE,
    DPT_HYBRID,
    _midas("dpt-beit-large-512", "dpt_beit_large_512", _fit(512), (_BEIT, (3972, 16))),
    _midas("dpt-beit-large-384", "dpt_beit_large_384", _fit(384), (_BEIT, (2212, 16))),
    _midas("dpt-beit-base-384", "dpt_beit_base_384", _fit(384), (_BEIT, (2212, 12))),
    _midas(
        "dpt-swin2-large-384",
        "dpt_swin2_large_384",
        _fit(384, keep_aspect=False),
        (_SWIN + "logit_scale", (6, 1, 1)),
    ),
    _midas(
        "dpt-swin2-base-384",
        "dpt_swin2_base_384",
        _fit(384, keep_aspect=False),
        (_SWIN + "logit_scale", (4, 1, 1)),
    ),
    _midas(
        "dpt-swin2-tiny",
        "dpt_swin2_tiny_256",
        _fit(256, keep_aspect=False),
        (_SWIN + "logit_scale", (3, 1, 1)),
    ),
    _midas(
        "dpt-swin-large-384",
        "dpt_swin_large_384",
        _fit(384, keep_aspect=False),
        (_SWIN + "relative_position_bias_table", (529, 6)),
    ),
    _midas(
        "dpt-next-vit-large-384",
        "dpt_next_vit_large_384",
        _fit(384),
        ("pretrained.model.features.0.patch_embed.conv.weight", None),
    ),
    _midas(
        "dpt-levit",
        "dpt_levit_224",
        _fit(224, keep_aspect=False),
        ("scratch.stem_transpose.0.c.weight", None),
    ),
    *(_anything(2, size, code) for size, code in _SIZES),
    *(_anything(1, size, code) for size, code in _SIZES),
    *(_anything_metric("indoor", "Hypersim", size, code) for size, code in _SIZES),
    *(_anything_metric("outdoor", "VKITTI", size, code) for size, code in _SIZES),
    _zoe("n", 512, ("attractors.0._net.2.weight", (16, 128, 1, 1))),
    _zoe("k", 768, ("attractors.0._net.2.weight", (32, 128, 1, 1))),
    _zoe("nk", 512, ("mlp_classifier.0.weight", None)),
)
