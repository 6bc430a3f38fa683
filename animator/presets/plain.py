"""Settings as Python gives them: a path, a mapping, YAML text; and what is laid over them."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from animator.errors import Problem
from animator.presets import raw, yaml_text
from animator.settings.override import EXPECTED, broken, override_each, override_with, plain_values
from animator.settings.raw import RawPreset
from animator.settings.renamed_keys import current_keys

TEXT, MAPPING = "<text>", "<mapping>"
"""What problems are located in where there is no file."""
Overrides = Iterable[str] | Mapping[str, Any]
"""Texts `group.key=value`, or a mapping with keys `group.key`, or groups that are mappings themselves."""


def read_source(source: str | os.PathLike[str] | Mapping[str, Any]) -> RawPreset:
    """Returns the settings of a source.

    Args:
        source: A mapping, as YAML has it; a text with a line break, which is YAML; any other text or path is
            that of a file.

    Raises:
        PresetError: It cannot be read.
    """
    if isinstance(source, Mapping):
        return raw.extended(current_keys(RawPreset(MAPPING, plain_values(source, MAPPING), {})))
    if isinstance(source, str) and "\n" in source:
        return raw.extended(raw.parse(source, TEXT))
    if isinstance(source, str | os.PathLike):
        return raw.read(Path(source))
    raise broken("preset", f"expected a path, a mapping or YAML text; got {source!r:.60}")


def override(
    draft: RawPreset, overrides: Overrides, label: str = "override"
) -> tuple[RawPreset, list[Problem]]:
    """Returns the draft with overrides laid over it, and the problems of the overrides themselves.

    Args:
        draft: The settings below.
        overrides: Groups merge with those below, every other value replaces.
        label: What messages call an override.
    """
    if isinstance(overrides, Mapping):
        return override_with(draft, overrides, label)
    texts = (overrides,) if isinstance(overrides, str) else overrides
    if not isinstance(texts, Iterable):
        return draft, [Problem(label, "", f"expected texts or a mapping; got {overrides!r:.60}")]
    given, problems = [], []
    for text in texts:
        place = f"{label} {text}"
        key, equals, value = text.partition("=") if isinstance(text, str) else ("", "", "")
        if not equals:
            problems.append(Problem(place, "", EXPECTED))
            continue
        try:
            given.append((key.strip(), yaml_text.scalar(value), place))
        except ValueError as error:
            problems.append(Problem(place, key, f"the value is not YAML: {error}"))
    draft, more = override_each(draft, given)
    return draft, [*problems, *more]
