"""Overrides of single settings and groups in a raw preset."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from animator.errors import PresetError, Problem
from animator.settings.raw import RawPreset, group_of, merge, nested, value_of
from animator.settings.renamed_keys import rename_keys

T = TypeVar("T")
Setting = tuple[str, ...]
EXPECTED = "expected group.key=value, such as diffusion.steps=12"


def override_with(
    draft: RawPreset, overrides: Mapping[Any, Any], label: str
) -> tuple[RawPreset, list[Problem]]:
    """Returns the draft with overrides from a mapping, and the problems of the mapping itself.

    Args:
        draft: The settings below.
        overrides: Keys are `group.key`, also of one member of a mapping (`signals.drums`), or groups whose
            values are mappings that merge with those below.
        label: Name of an override in messages.
    """
    layers = [(key, value, label) for key, value in plain_values(overrides, label).items()]
    return override_each(draft, layers)


def override_each(draft: RawPreset, overrides: list[tuple[Any, Any, str]]) -> tuple[RawPreset, list[Problem]]:
    """Applies overrides in order; each is a key, its value and its place for messages."""
    problems: list[Problem] = []
    for key, value, place in overrides:
        path = tuple(key.split(".")) if isinstance(key, str) else ()
        if not path or not all(path):
            problems.append(Problem(place, "", f"{key!r}: {EXPECTED}"))
            continue
        layer, conflicts = rename_keys(_layer(draft, path, value, place))
        problems += conflicts
        draft = merge(layer, draft)
    return draft, problems


def _layer(draft: RawPreset, path: Setting, value: Any, place: str) -> RawPreset:
    """Returns a draft with one value; of a setting that is a mapping, the other members come along."""
    group = group_of(path[0])
    if len(path) == 1:
        is_group = group is not None and isinstance(value, Mapping)
        written: list[Setting] = [(*path, str(name)) for name in value] if is_group else [path]
        return RawPreset(draft.source, {path[0]: value}, dict.fromkeys(written, place))
    setting = path[:1] if group is None else path[:2]
    with_others = _with_member(value_of(draft.values, setting), path[len(setting) :], value)
    return RawPreset(
        draft.source,
        nested(setting, with_others),
        {**_others(draft.places, setting, path), path: place},
        folders={**_others(draft.folders, setting, path), path: Path()},  # the working directory
    )


def _with_member(mapping: Any, path: Setting, value: Any) -> Any:
    """Returns a mapping with a value at a path, whose keys are numbers or texts in the mapping."""
    if not path:
        return value
    below = mapping if isinstance(mapping, Mapping) else {}
    key = next((key for key in below if str(key) == path[0]), path[0])
    return {**below, key: _with_member(below.get(key), path[1:], value)}


def _others(known: Mapping[Setting, T], setting: Setting, path: Setting) -> dict[Setting, T]:
    """Returns what is known of a setting and its members, but for the one at a path."""
    return {
        at: item for at, item in known.items() if at[: len(setting)] == setting and at[: len(path)] != path
    }


def plain_values(values: Mapping[Any, Any], source: str) -> dict[str, Any]:
    """Converts values to plain YAML types: paths to strings, arrays to lists, models to mappings.

    Raises:
        PresetError: They are nested too deeply.
    """
    try:
        return {key: _plain(value) for key, value in values.items()}
    except RecursionError:
        raise source_error(source, "is nested too deeply") from None


def _plain(value: Any) -> Any:
    """Converts a value to plain YAML types."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def source_error(source: str, message: str) -> PresetError:
    """Returns the error of a source as a whole."""
    return PresetError(source, (Problem(source, "", message),))
