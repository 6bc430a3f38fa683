"""`LayerNames`: the layers of a transformer by their names in LoRA files, diffusers' and the original ones.

The original networks often have one layer for queries, keys and values where diffusers has three, so one
layer of a file may map to several of diffusers, each with a part of its rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


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

SWAPPED_HALVES = (Rows(1, 1, 2), Rows(0, 1, 2))
"""Of the last modulation: diffusers has the scale before the shift, the original networks the reverse."""


@dataclass(frozen=True)
class Blocks:
    """Blocks of one kind.

    Attributes:
        path: Flat path of a block in the original network, with a group for its number, as a pattern.
        own: The same in diffusers, with `{}` for the number.
        layers: diffusers' layers within a block for each of the original ones.
        others: diffusers' layers within a block that have no original ones, or several.
    """

    path: str
    own: str
    layers: Mapping[str, Targets]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class LayerNames:
    """Layers of a family's network.

    Attributes:
        blocks: Its blocks.
        top: diffusers' layers outside of the blocks, for each of the original ones.
        outer: Ratio of a fused layer's rows to the network's width, by the layer's original name, where it
            tells networks with equal names apart.
        widths: Widths of the published networks; empty where no other family has the same names.
    """

    blocks: tuple[Blocks, ...]
    top: Mapping[str, Targets]
    outer: Mapping[str, float] = field(default_factory=dict)
    widths: tuple[int, ...] = ()

    def targets(self, flat: str) -> Targets:
        """Returns diffusers' layers for a layer of a file; empty for one that is not of this network.

        Args:
            flat: Flat path of the layer, as diffusers or as the original network has it.
        """
        if flat in self.top:
            return self.top[flat]
        for blocks in self.blocks:
            match = re.fullmatch(f"{blocks.path}_(.+)", flat, re.ASCII)
            if match is not None and match[2] in blocks.layers:
                own = blocks.own.format(match[1])
                return tuple((f"{own}_{name}", rows) for name, rows in blocks.layers[match[2]])
        return ((flat, ()),) if self._is_own(flat) else ()

    def _is_own(self, flat: str) -> bool:
        if any(flat == name for targets in self.top.values() for name, _ in targets):
            return True
        for blocks in self.blocks:
            match = re.fullmatch(blocks.own.format(r"\d{1,3}") + "_(.+)", flat, re.ASCII)
            names = {name for targets in blocks.layers.values() for name, _ in targets} | {*blocks.others}
            if match is not None and match[1] in names:
                return True
        return False


def split_rows(names: tuple[str, ...], shares: tuple[int, ...]) -> Targets:
    """Returns layers that share the rows of one layer.

    Args:
        names: The layers, in order.
        shares: How many equal parts of the rows each has.
    """
    total = sum(shares)
    firsts = [sum(shares[:index]) for index in range(len(shares))]
    rows = [(Rows(first, count, total),) for first, count in zip(firsts, shares, strict=True)]
    return tuple(zip(names, rows, strict=True))


def whole(names: Mapping[str, str]) -> Mapping[str, Targets]:
    """Returns layers that have exactly one counterpart, as `Blocks.layers`."""
    return {original: ((own, ()),) for original, own in names.items()}
