"""Resolves names of depth networks, including those of old settings files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from animator.core import plugins
from animator.core.confinement import named_path
from animator.core.paths import is_file
from animator.errors import ModelError
from animator.models.depth.registry import MODELS, PLUGINS
from animator.models.depth.spec import DepthModelSpec
from schedules.suggest import suggestion

STARTER = "starter"
FAKE = "fake"
BlendOf = Literal["inverse+meters", "meters+meters"]


@dataclass(frozen=True)
class ResolvedName:
    """The network or networks that a name stands for.

    Attributes:
        names: One network, or the two that `midas_weight` blends.
        notice: Text to log if the network differs from the original; empty if it does not.
        blend: How two networks are blended.
    """

    names: tuple[str, ...]
    notice: str = ""
    blend: BlendOf | None = None


# Deforum's names. AdaBins and LeReS are replaced by the closest networks that we have.
LEGACY: dict[str, ResolvedName] = {
    "midas-3-hybrid": ResolvedName(
        ("dpt-large",), "this name always loaded DPT-Large, not the hybrid network"
    ),
    "midas-3.1-beitlarge": ResolvedName(("dpt-beit-large-512",)),
    "zoe": ResolvedName(("zoe-nk",)),
    "adabins": ResolvedName(
        ("zoe-n",), "AdaBins is not available; zoe-n, trained on the same data, replaces it"
    ),
    "leres": ResolvedName(("dpt-large",), "LeReS is not available; dpt-large replaces it"),
    "midas+adabins (old)": ResolvedName(
        ("dpt-large", "zoe-n"),
        "AdaBins is not available; zoe-n replaces it in the blend with dpt-large",
        "inverse+meters",
    ),
    "zoe+adabins (old)": ResolvedName(
        ("zoe-nk", "zoe-n"),
        "AdaBins is not available; zoe-n replaces it in the blend with zoe-nk",
        "meters+meters",
    ),
    "depth-anything": ResolvedName(("depth-anything-v1-small",)),
    "depth-anything-v2": ResolvedName(("depth-anything-v2-small",)),
}


def names() -> tuple[str, ...]:
    """Returns all names of networks, the built-in one first."""
    return (STARTER, *(spec.name for spec in MODELS))


def find_spec_by_name(name: str) -> DepthModelSpec | None:
    """Returns the spec of a name or alias, ignoring case, or None."""
    key = name.strip().lower()
    return next((spec for spec in MODELS if key == spec.name or key in spec.aliases), None)


def find_plugin(name: str) -> str | None:
    """Returns the entry point of the plugin network of that name, or None."""
    key = name.strip().lower()
    return next((entry for entry in plugins.names(PLUGINS) if entry.lower() == key), None)


def resolve_name(name: str) -> ResolvedName | None:
    """Resolves a name; returns None for other texts, such as paths.

    Built-in names come first, then old ones, then those of plugins.
    """
    key = name.strip().lower()
    if key in (STARTER, FAKE):
        return ResolvedName((key,))
    spec = find_spec_by_name(key)
    if spec or key in LEGACY:
        return ResolvedName((spec.name,)) if spec else LEGACY[key]
    return ResolvedName((entry,)) if (entry := find_plugin(key)) else None


def is_blend(name: str) -> bool:
    """Returns True for a name that stands for two networks."""
    resolved = LEGACY.get(name.strip().lower())
    return resolved is not None and resolved.blend is not None


def unknown_model(name: str) -> ModelError:
    """Returns the error for a name that is neither a network nor a file."""
    known = (*names(), *plugins.names(PLUGINS))
    hint = suggestion(name, [*known, *LEGACY])
    listing = f"known names: {', '.join(known)}"
    return ModelError(
        f"depth model {name!r}: neither a known name nor a file; {hint}{' ' if hint else ''}{listing}"
    )


def check(name: str) -> None:
    """Checks that a name is that of a network or of a file.

    Raises:
        ModelError: It is neither.
    """
    if resolve_name(name) is None and not is_file(named_path(name)):
        raise unknown_model(name)
