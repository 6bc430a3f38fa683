"""Finds the files that the settings of images name, within the confinement in force."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from animator.core.paths import exists
from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import Problem
from animator.generation.other_words import group_in
from animator.generation.settings import ImageSettings
from animator.presets.confine import outside_problem
from animator.presets.resolve_paths import IMAGES, Setting, resolve_path
from animator.settings.paths import PathSetting, not_found
from animator.settings.raw import RawPreset

_NOT_FETCHED = "{url}: is a URL, and downloads are not permitted; save the image, and give its path"


def resolve_files(
    draft: RawPreset, schema: type[BaseModel] = ImageSettings
) -> tuple[RawPreset, list[Problem]]:
    """Returns a draft with the path of every file resolved, and a problem for each that is missing."""
    problems: list[Problem] = []
    values: Any = draft.values
    for place, name, kind in _named(draft.values, schema, ()):
        if place == ("styles_file",) and not draft.values.get("styles"):
            continue
        path = resolve_path(name, None, kind)
        if is_url(name) and kind.kind in IMAGES and not permissions().network:
            problems.append(Problem.of(draft.where(place), place, _NOT_FETCHED.format(url=name)))
        elif path is None:
            problems.append(Problem.of(draft.where(place), place, not_found(name, None)))
        elif path != name:
            # A default in use is written out, for it may be a list of which one item changes.
            default = schema.model_fields[place[0]].default
            values = _changed({place[0]: default, **values}, place, path)
    return replace(draft, values=values), problems


def outside_problems(draft: RawPreset, schema: type[BaseModel] = ImageSettings) -> list[Problem]:
    """Returns a problem for each name that leads out of the confinement in force; none without one."""
    named = _named(draft.values, schema, ())
    return [problem for place, name, _ in named if (problem := outside_problem(draft, place, name))]


def input_files(settings: ImageSettings) -> list[Path]:
    """Returns the files and folders that settings name and that exist."""
    named = (name for _, name, _ in _named(settings.model_dump(), ImageSettings, ()))
    return [path for path in map(Path, named) if exists(path)]


def _named(values: Any, schema: type[BaseModel], path: Setting) -> Iterator[tuple[Setting, str, PathSetting]]:
    """Yields each name of a file in the values of a group, with its place and its kind."""
    for name, field in schema.model_fields.items():
        value = values.get(name, field.default) if isinstance(values, Mapping) else None
        inner = group_in(field.annotation)
        for place, item in _members((*path, name), value):
            if inner is not None:
                yield from _named(item, inner, place)
            elif isinstance(item, str) and item.strip():
                yield from ((place, item, kind) for kind in field.metadata if isinstance(kind, PathSetting))


def _members(place: Setting, value: Any) -> Iterator[tuple[Setting, Any]]:
    """Yields the items of a list with their places, or the value itself."""
    if isinstance(value, list | tuple):
        yield from (((*place, str(index)), item) for index, item in enumerate(value))
    else:
        yield place, value


def _changed(values: Any, place: Setting, value: Any) -> Any:
    """Returns nested values with another one at a place, which they have or which a default has."""
    if not place:
        return value
    first, rest = place[0], place[1:]
    if isinstance(values, list | tuple):
        items = list(values)
        items[int(first)] = _changed(items[int(first)], rest, value)
        return items
    below = values if isinstance(values, Mapping) else {}
    return {**below, first: _changed(below.get(first), rest, value)}
