"""`LayerNames`: layers of a flow-matching network by their names in LoRA files, diffusers' or the makers'.

The makers' networks often have one layer for queries, keys and values where diffusers has three, so one layer
of a file may map to several of diffusers, each with a part of its rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from animator.models.diffusion.checkpoints.layout_tables import LAYOUTS

FIRST_NUMBER = re.compile(r"_(\d{1,3})_", re.ASCII)
"""That of a block."""


@dataclass(frozen=True)
class Rows:
    """A range of a layer's rows: `count` of `of` equal parts, starting at part `first`."""

    first: int
    count: int
    of: int

    def within(self, total: int) -> slice:
        """Returns the range as a slice of `total` rows."""
        return slice(total * self.first // self.of, total * (self.first + self.count) // self.of)


Targets = tuple[tuple[str, tuple[Rows, ...]], ...]
"""Flat paths of layers with their rows, in order; no rows stands for all."""


@dataclass(frozen=True)
class LayerNames:
    """Layers of a family's network, as flat paths with `#` for the number of a block.

    Attributes:
        makers: diffusers' layers for those of the makers' network.
        own: diffusers' layers.
    """

    makers: Mapping[str, Targets]
    own: frozenset[str]

    @classmethod
    def of(cls, family: str) -> "LayerNames":
        """Returns those of a family, a key of `LAYOUTS`."""
        makers = {}
        for name, layers in LAYOUTS[family].items():
            flat, targets = _flat(name), tuple(map(_flat, layers))
            if flat != _UNCERTAIN:
                makers[flat] = tuple(zip(targets, _rows(family, targets), strict=True))
        own = {_flat(layer) for layers in LAYOUTS[family].values() for layer in layers}
        return cls(makers, frozenset(own.union(_SAME.get(family, ()))))

    def targets(self, flat: str) -> Targets:
        """Returns diffusers' layers for a layer of a file; empty for one that is not of this network.

        Args:
            flat: Flat path of the layer, in either layout.
        """
        number = FIRST_NUMBER.search(flat)
        name = FIRST_NUMBER.sub("_#_", flat, count=1)
        if name in self.makers:
            block = number[1] if number else ""
            return tuple((target.replace("#", block), rows) for target, rows in self.makers[name])
        return ((flat, ()),) if name in self.own else ()


def _flat(path: str) -> str:
    return path.replace(".", "_")


def _rows(family: str, targets: tuple[str, ...]) -> tuple[tuple[Rows, ...], ...]:
    """Returns the rows of each of the layers that share those of one."""
    if targets == ("norm_out_linear",):  # diffusers has its scale before its shift, the makers the reverse
        return ((Rows(1, 1, 2), Rows(0, 1, 2)),)
    if len(targets) == 1:
        return ((),)
    shares = _SHARES.get((family, len(targets)), (1, 1, 1, 4)[: len(targets)])
    firsts = (sum(shares[:index]) for index in range(len(shares)))
    return tuple((Rows(first, share, sum(shares)),) for first, share in zip(firsts, shares, strict=True))


_SHARES = {("lumina2", 3): (3, 1, 1)}  # three heads of queries share keys and values
_UNCERTAIN = "joint_blocks_#_context_block_adaLN_modulation_1"
"""Has its halves swapped in the last block only, whose number a LoRA file does not tell."""
_BLOCKS = ("layers_#_", "noise_refiner_#_", "context_refiner_#_")
_ATTENTION = ("to_q", "to_k", "to_v", "to_out_0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")
_QWEN = ("mlp_net_0_proj", "mlp_net_2", "mod_1")
_NEXT_DIT = ("feed_forward_w1", "feed_forward_w2", "feed_forward_w3", "adaLN_modulation_0")
_SAME: Mapping[str, tuple[str, ...]] = {
    "sd3": ("context_embedder",),
    "chroma": ("distilled_guidance_layer_in_proj", "distilled_guidance_layer_out_proj"),
    "qwen-image": (
        *(f"transformer_blocks_#_attn_{name}" for name in _ATTENTION),
        *(f"transformer_blocks_#_{stream}_{name}" for stream in ("img", "txt") for name in _QWEN),
        *("img_in", "txt_in", "proj_out", "norm_out_linear"),
        *(f"time_text_embed_timestep_embedder_linear_{number}" for number in (1, 2)),
    ),
    "z-image": (
        *(f"{blocks}{name}" for blocks in _BLOCKS for name in _NEXT_DIT),
        *("cap_embedder_1", "t_embedder_mlp_0", "t_embedder_mlp_2"),
    ),
    "lumina2": ("x_embedder",),
}
"""Layers with one name in both layouts, which `layout_tables` leaves out."""
LAYER_NAMES: Mapping[str, LayerNames] = {family: LayerNames.of(family) for family in LAYOUTS}
"""By the key of a family."""
