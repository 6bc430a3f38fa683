"""From the names that people and old settings files use to the networks that can be opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from animator.depth.registry import ENTRIES, Entry
from animator.errors import ModelError
from schedules.suggest import suggestion

STARTER = "starter"
FAKE = "fake"
BlendOf = Literal["inverse+metres", "metres+metres"]


@dataclass(frozen=True)
class Legacy:
    """What a name of an old settings file opens here.

    Attributes:
        names: One network, or the two that were blended by `midas_weight`.
        why: The notice that a person should see; empty where nothing differs.
        blend: How two networks were blended.
    """

    names: tuple[str, ...]
    why: str = ""
    blend: BlendOf | None = None


# Deforum's names. Its AdaBins and LeReS networks are replaced by the nearest ones here.
LEGACY: dict[str, Legacy] = {
    "midas-3-hybrid": Legacy(("dpt-large",), "this name always loaded DPT-Large, not the hybrid network"),
    "midas-3.1-beitlarge": Legacy(("dpt-beit-large-512",)),
    "zoe": Legacy(("zoe-nk",)),
    "adabins": Legacy(("zoe-n",), "AdaBins is not offered; zoe-n, trained on the same data, takes its place"),
    "leres": Legacy(("dpt-large",), "LeReS is not offered; dpt-large takes its place"),
    "midas+adabins (old)": Legacy(
        ("dpt-large", "zoe-n"),
        "AdaBins is not offered; zoe-n takes its place in the blend with dpt-large",
        "inverse+metres",
    ),
    "zoe+adabins (old)": Legacy(
        ("zoe-nk", "zoe-n"),
        "AdaBins is not offered; zoe-n takes its place in the blend with zoe-nk",
        "metres+metres",
    ),
    "depth-anything": Legacy(("depth-anything-v1-small",)),
    "depth-anything-v2": Legacy(("depth-anything-v2-small",)),
}


def names() -> tuple[str, ...]:
    """Every name that a preset may give, the built-in one first."""
    return (STARTER, *(entry.name for entry in ENTRIES))


def entry_named(name: str) -> Entry | None:
    """The network of that name (upper and lower case alike), or None."""
    wanted = name.strip().lower()
    for entry in ENTRIES:
        if wanted == entry.name or wanted in entry.also:
            return entry
    return None


def meant(name: str) -> Legacy | None:
    """What a name stands for, old names included, or None where it is no name (perhaps a path)."""
    wanted = name.strip().lower()
    if wanted in (STARTER, FAKE):
        return Legacy((wanted,))
    entry = entry_named(wanted)
    return Legacy((entry.name,)) if entry else LEGACY.get(wanted)


def unknown(name: str) -> ModelError:
    """The error for a name that is neither a network nor a file."""
    question = suggestion(name, [*names(), *LEGACY])
    known = f"known names: {', '.join(names())}"
    return ModelError(
        f"depth model {name!r}: neither a known name nor a file; {question}{' ' if question else ''}{known}"
    )


def check(name: str) -> None:
    """Returns if a name is that of a network or of a file.

    Raises:
        ModelError: It is neither.
    """
    if meant(name) is None and not Path(name).expanduser().is_file():
        raise unknown(name)
