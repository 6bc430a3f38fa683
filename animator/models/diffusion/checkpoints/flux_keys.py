"""Maps layer names of the original Flux network, used in kohya's LoRA files, to diffusers' names.

The original has one layer for queries, keys and values where diffusers has three, so one layer of a file may
map to several of diffusers, each with a part of its rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from animator.models.diffusion.checkpoints.layout_tables import FLUX


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

_PARTS: Mapping[int, tuple[tuple[Rows, ...], ...]] = {
    1: ((),),
    3: tuple((Rows(third, 1, 3),) for third in range(3)),
    # linear1 of a single block: queries, keys, values and an MLP layer four times as wide.
    4: (*((Rows(seventh, 1, 7),) for seventh in range(3)), (Rows(3, 4, 7),)),
}
"""The rows of each layer, by the number of layers that share those of the file."""
_SWAPPED = (Rows(1, 1, 2), Rows(0, 1, 2))
"""diffusers has the scale of the last layer before the shift, the original the reverse."""


def flux_targets(flat: str) -> Targets | None:
    """Returns diffusers' layers for a layer of the original network; None for other names."""
    match = re.match(r"((?:double|single)_blocks_)(\d+)(_.+)", flat)
    before, number, after = match.groups() if match else (flat, "", "")
    layers = _flat_names().get(f"{before}#{after}" if match else flat)
    if layers is None:
        return None
    if layers == ("norm_out_linear",):
        return ((layers[0], _SWAPPED),)
    names = (layer.replace("#", number) for layer in layers)
    return tuple(zip(names, _PARTS[len(layers)], strict=True))


@lru_cache
def _flat_names() -> Mapping[str, tuple[str, ...]]:
    return {
        name.replace(".", "_"): tuple(layer.replace(".", "_") for layer in layers)
        for name, layers in FLUX.items()
    }
