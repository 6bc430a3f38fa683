"""Overrides of single settings and groups in a raw preset."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

from animator.errors import PresetError, Problem
from animator.settings.raw import RawPreset, group_of, merge
from animator.settings.renamed_keys import rename_keys

EXPECTED = "expected group.key=value, such as diffusion.steps=12"


def override_with(
    draft: RawPreset, overrides: Mapping[Any, Any], label: str
) -> tuple[RawPreset, list[Problem]]:
    """Returns the draft with overrides from a mapping, and the problems of the mapping itself.

    Args:
        draft: The settings below.
        overrides: Keys are `group.key`, or groups whose values are mappings that merge with those below.
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
        places = {path: place}
        if len(path) == 1 and isinstance(value, Mapping) and group_of(key) is not None:
            places = {(key, str(name)): place for name in value}
        for part in reversed(path):
            value = {part: value}
        layer, conflicts = rename_keys(RawPreset(draft.source, value, places))
        problems += conflicts
        draft = merge(layer, draft)
    return draft, problems


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
