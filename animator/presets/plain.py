"""Settings from Python: a path, a mapping or YAML text, and overrides."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from animator.errors import Problem
from animator.presets import raw, yaml_text
from animator.presets.examples import find_preset
from animator.settings.override import EXPECTED, override_each, plain_values, source_error
from animator.settings.raw import RawPreset
from animator.settings.renamed_keys import current_keys

TEXT, MAPPING = "<text>", "<mapping>"
"""Places of problems in settings that are not from a file."""
Overrides = Iterable[str] | Mapping[str, Any]
"""Texts `group.key=value`, or a mapping with keys `group.key`, or groups that are mappings themselves."""


def read_source(source: str | os.PathLike[str] | Mapping[str, Any]) -> RawPreset:
    """Reads the settings of a source.

    Args:
        source: A mapping with the structure of a preset; YAML text, which has a line break; any other text
            or path names a file.

    Raises:
        PresetError: It cannot be read.
        OutsideError: Its path leads out of the confinement in force.
    """
    if isinstance(source, Mapping):
        return raw.with_base(current_keys(RawPreset(MAPPING, plain_values(source, MAPPING), {})))
    if isinstance(source, str) and "\n" in source:
        return raw.with_base(raw.parse(source, TEXT))
    if isinstance(source, str | os.PathLike):
        return raw.read(find_preset(Path(source)))
    raise source_error("preset", f"expected a path, a mapping or YAML text; got {source!r:.60}")


def override(
    draft: RawPreset, overrides: Overrides, label: str = "override"
) -> tuple[RawPreset, list[Problem]]:
    """Applies overrides to a draft; also returns the problems of the overrides themselves.

    Args:
        draft: The settings below.
        overrides: Groups merge with those of the draft, every other value replaces.
        label: Name of an override in messages.
    """
    layers, problems = layers_of(overrides, label)
    draft, more = override_each(draft, layers)
    return draft, [*problems, *more]


def layers_of(overrides: Overrides, label: str) -> tuple[list[tuple[Any, Any, str]], list[Problem]]:
    """Returns the key, the value and the place of each override, and the problems of the overrides.

    Args:
        overrides: Texts such as `diffusion.steps=12`, or a mapping.
        label: Name of an override in messages.
    """
    if isinstance(overrides, Mapping):
        return [(key, value, label) for key, value in plain_values(overrides, label).items()], []
    texts = (overrides,) if isinstance(overrides, str) else overrides
    if not isinstance(texts, Iterable):
        return [], [Problem(label, "", f"expected texts or a mapping; got {overrides!r:.60}")]
    layers, problems = [], []
    for text in texts:
        place = f"{label} {text}"
        key, equals, value = text.partition("=") if isinstance(text, str) else ("", "", "")
        if not equals:
            problems.append(Problem(place, "", EXPECTED))
            continue
        try:
            layers.append((key.strip(), yaml_text.scalar(value), place))
        except ValueError as error:
            problems.append(Problem(place, key, f"the value is not YAML: {error}"))
    return layers, problems
