"""Settings as Python gives them: a path, a mapping, YAML text; and what is laid over them."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from animator.errors import PresetError, Problem
from animator.presets import raw, yaml_text
from animator.presets.raw import Draft, group_of, over

TEXT, MAPPING = "<text>", "<mapping>"
"""What problems are located in where there is no file."""
EXPECTED = "expected group.key=value, such as diffusion.steps=12"
Overrides = Iterable[str] | Mapping[str, Any]
"""Texts `group.key=value`, or a mapping with keys `group.key`, or groups that are mappings themselves."""


def read_source(source: str | os.PathLike[str] | Mapping[str, Any]) -> Draft:
    """Returns the settings of a source.

    Args:
        source: A mapping, as YAML has it; a text with a line break, which is YAML; any other text or path is
            that of a file.

    Raises:
        PresetError: It cannot be read.
    """
    if isinstance(source, Mapping):
        return raw.extended(Draft(MAPPING, _plain_group(source, MAPPING), {}))
    if isinstance(source, str) and "\n" in source:
        return raw.extended(raw.parse(source, TEXT))
    if isinstance(source, str | os.PathLike):
        return raw.read(Path(source))
    raise _broken("preset", f"expected a path, a mapping or YAML text; got {source!r:.60}")


def override(draft: Draft, overrides: Overrides, label: str = "override") -> tuple[Draft, list[Problem]]:
    """Returns the draft with overrides laid over it, and the problems of the overrides themselves.

    Args:
        draft: The settings below.
        overrides: Groups merge with those below, every other value replaces.
        label: What messages call an override.
    """
    if isinstance(overrides, Mapping):
        given = [(key, value, label) for key, value in _plain_group(overrides, label).items()]
        return _overridden(draft, given)
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
    draft, more = _overridden(draft, given)
    return draft, [*problems, *more]


def _overridden(draft: Draft, given: list[tuple[Any, Any, str]]) -> tuple[Draft, list[Problem]]:
    """Lays keys and values over the draft, in order; each comes with its place."""
    problems: list[Problem] = []
    for key, value, place in given:
        path = tuple(key.split(".")) if isinstance(key, str) else ()
        if not path or not all(path):
            problems.append(Problem(place, "", f"{key!r}: {EXPECTED}"))
            continue
        places = {path: place}
        if len(path) == 1 and isinstance(value, Mapping) and group_of(key) is not None:
            places = {(key, str(name)): place for name in value}
        for part in reversed(path):
            value = {part: value}
        draft = over(Draft(draft.source, value, places), draft)
    return draft, problems


def _plain_group(values: Mapping[Any, Any], source: str) -> dict[str, Any]:
    try:
        return {key: _plain(value) for key, value in values.items()}
    except RecursionError:
        raise _broken(source, "is nested too deeply") from None


def _plain(value: Any) -> Any:
    """The value as YAML would give it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _broken(source: str, message: str) -> PresetError:
    return PresetError(source, (Problem(source, "", message),))
