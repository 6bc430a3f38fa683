"""`deforum_names`: what a setting is called in Deforum's settings files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from animator.presets.deforum.controlnet_fields import DEFAULTS as UNIT_DEFAULTS
from animator.presets.deforum.table import ALL_ROWS

_SIDES = (".0", ".1")
"""Behind the path of a size: its width, its height."""


@dataclass(frozen=True)
class DeforumName:
    """Deforum's name of a setting.

    Attributes:
        name: The name.
        switch: Deforum's switch that enables it; empty for none.
    """

    name: str
    switch: str = ""


def deforum_names(path: str) -> tuple[DeforumName, ...]:
    """Returns Deforum's names of a setting; several where it has two sides, or a switch chooses.

    Args:
        path: The setting, such as `motion.zoom`; for a ControlNet unit without the number of the item.
    """
    group, _, name = path.rpartition(".")
    if group == "controlnet":
        theirs = {"source": "vid_path"}.get(name, name)
        return (DeforumName(f"cn_1_{theirs}"),) if theirs in UNIT_DEFAULTS else ()
    return _by_path().get(path, ())


@cache
def _by_path() -> Mapping[str, tuple[DeforumName, ...]]:
    names: dict[str, tuple[DeforumName, ...]] = {}
    for row in ALL_ROWS:
        path = row.ours[:-2] if row.ours.endswith(_SIDES) else row.ours
        switch = row.gate.switch if row.gate else ""
        names[path] = (*names.get(path, ()), DeforumName(row.name, switch))
    return MappingProxyType(names)
