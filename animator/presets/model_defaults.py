"""Settings that a preset leaves open and that its model decides: size, steps, guidance scale and cadence."""

from collections.abc import Mapping
from typing import Any

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.defaults import ModelDefaults, defaults_of
from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.presets.checks import library_of
from animator.settings.compat import rules_in
from animator.settings.modes import carries_images
from animator.settings.raw import RawPreset, merge

DECIDED = (("size",), ("diffusion", "steps"), ("diffusion", "cfg_scale"), ("diffusion", "cadence"))
"""The settings that the model decides; written out in every preset that is saved."""


def with_model_defaults(draft: RawPreset) -> RawPreset:
    """Returns the draft with the values that suit its model where it leaves them open.

    Films with `compat` keep Deforum's defaults, and films with a model of unknown kind those of every film.
    """
    values = open_values(draft.values)
    return merge(draft, RawPreset(draft.source, values, {})) if values else draft


def open_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the settings that a film leaves open, with the values that suit its model."""
    defaults = model_defaults(values)
    if defaults is None:
        return {}
    diffusion = values.get("diffusion", {})
    if not isinstance(diffusion, Mapping):
        return {}
    suits = {"steps": defaults.steps, "cfg_scale": defaults.cfg_scale}
    suits |= {"cadence": defaults.cadence} if carries_images(values) else {}
    inner = {name: value for name, value in suits.items() if name not in diffusion}
    size = {} if "size" in values else {"size": [defaults.side, defaults.side]}
    return {**size, **({"diffusion": inner} if inner else {})}


def model_defaults(values: Mapping[str, Any]) -> ModelDefaults | None:
    """Returns what suits the model that a film names; None where that is not known, or with `compat`."""
    name = values.get("model", STARTER)
    if not rules_in(values).model_decides or not isinstance(name, str):
        return None
    try:
        return defaults_of(find_checkpoint(name.strip(), library_of(values)))
    except ModelError:
        return None  # reported by `checks`


def describe_open_values(values: Mapping[str, Any]) -> str:
    """Returns a sentence about the settings that the model decides; empty if it decides none."""
    decided, defaults = open_values(values), model_defaults(values)
    if not decided or defaults is None:
        return ""
    inner = decided.get("diffusion", {})
    parts = [f"{defaults.side} x {defaults.side}"] if "size" in decided else []
    parts += [f"{name} {value:g}" for name, value in inner.items()]
    return f"{', '.join(parts)}: not set, so as suits {defaults.kind}"


def is_decided(group: str | None, name: str) -> bool:
    """Returns True for a setting that the model decides where it is left open."""
    return ((group, name) if group else (name,)) in DECIDED
