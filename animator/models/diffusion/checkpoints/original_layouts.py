"""Layer names of flow-matching networks as their makers have them, and what diffusers calls them.

A file holds a network in the layout of its makers or in that of diffusers. Where diffusers has several layers
for one, each has the next rows of it. `layout_tables` has the tables; layers that are not in one have the
same name in both.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.layout_tables import LAYOUTS

PREFIXES = ("model.diffusion_model.", "diffusion_model.")
"""What files put before the names of a network."""


def network_prefix(names: Iterable[str]) -> str:
    """Returns what a file puts before the names of its network; empty for nothing."""
    known = list(names)
    return next((prefix for prefix in PREFIXES if any(name.startswith(prefix) for name in known)), "")


def diffusers_names(name: str, family: str) -> tuple[str, ...]:
    """Returns diffusers' names of a tensor, in the order of their rows; none where diffusers lacks it.

    Args:
        name: In either layout, without prefix.
        family: Key of the family.
    """
    layer, dot, leaf = name.rpartition(".")
    leaf = "weight" if leaf == "scale" else leaf
    if (named := _layers(name, family)) is not None:  # a parameter that is no layer
        return named
    named = _layers(layer, family)
    return (name,) if named is None else tuple(f"{target}{dot}{leaf}" for target in named)


def _layers(path: str, family: str) -> tuple[str, ...] | None:
    for pattern, targets in _patterns(family):
        if match := pattern.fullmatch(path):
            number = match.group(1) if match.groups() else ""
            return tuple(target.replace("#", number) for target in targets)
    return None


@lru_cache
def _patterns(family: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    if family not in LAYOUTS:
        raise ModelError(f"no layout is known for {family!r}; expected one of {', '.join(LAYOUTS)}")
    return tuple(
        (re.compile(re.escape(name).replace(r"\#", r"(\d{1,4})")), targets)
        for name, targets in LAYOUTS[family].items()
    )
