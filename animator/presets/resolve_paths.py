"""Finds the files that a draft names; `animator.settings.paths` has the search order."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from animator.core.paths import is_file
from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import Problem
from animator.masks.expression import MAX_LENGTH
from animator.settings import Animation
from animator.settings.paths import PathSetting, find, find_clip, not_found
from animator.settings.raw import RawPreset, group_of, merge, nested, value_of

Setting = tuple[str, ...]
IMAGES = ("image", "masks")
"""Kinds of settings whose files are images, which may be URLs if the film permits it."""
_BRACKETED = re.compile(r"\[([^\]]*)\]")
NOT_FETCHED = "{url}: is a URL; images are fetched only with `download: true`"


def resolve_files(draft: RawPreset) -> tuple[RawPreset, list[Problem]]:
    """Resolves the path of every file in a draft; also returns a problem for each missing file."""
    problems: list[Problem] = []
    for setting, kind in file_settings().items():
        value = value_of(draft.values, setting)
        problems += _url_problems(draft, setting, kind)
        beside = draft.folders.get(setting)

        def place(name: Any, beside: Path | None = beside, kind: PathSetting = kind) -> Any:
            return resolve_path(name, beside, kind)

        if missing := [name for name in names_in(value, kind) if place(name) is None]:
            where = draft.where(setting)
            problems += [Problem.of(where, setting, not_found(name, beside)) for name in missing]
        elif (resolved := each_name(value, place, kind)) != value:
            draft = merge(
                RawPreset(draft.source, nested(setting, resolved), {setting: draft.where(setting)}), draft
            )
    return draft, problems


def _url_problems(draft: RawPreset, setting: Setting, kind: PathSetting) -> list[Problem]:
    """Returns a problem for each URL that the film does not permit."""
    urls = [name for name in names_in(value_of(draft.values, setting), kind) if is_url(name)]
    if kind.kind not in IMAGES or draft.values.get("download") is True or permissions().network:
        return []
    return [Problem.of(draft.where(setting), setting, NOT_FETCHED.format(url=url)) for url in urls]


def file_settings() -> dict[Setting, PathSetting]:
    """Returns the settings that name files, such as `("init", "image")`, with their marks."""
    settings = dict(_marked(Animation, ()))
    for name in Animation.model_fields:
        group = group_of(name)
        settings |= dict(_marked(group, (name,))) if group else {}
    return settings


def _marked(group: type[BaseModel], path: Setting) -> Iterator[tuple[Setting, PathSetting]]:
    for name, field in group.model_fields.items():
        yield from (((*path, name), kind) for kind in field.metadata if isinstance(kind, PathSetting))


def resolve_path(name: str, beside: Path | None, kind: PathSetting) -> str | None:
    """Returns a path relative to the working directory, or a name as it is; None if a file is missing."""
    if kind.kind in IMAGES and is_url(name):
        return name
    if kind.kind == "name" and not _looks_like_a_path(name):
        return name
    path = find_clip(name, beside) if kind.kind == "clip" else find(name, beside)
    if kind.kind in ("file", "times", "weights", *IMAGES):
        missing = name if kind.kind == "weights" and permissions().stand_ins else None
        return str(path) if path and is_file(path) else missing
    return str(path) if path else name


def _looks_like_a_path(name: str) -> bool:
    return "/" in name or "\\" in name or bool(Path(name).suffix)


def names_in(value: Any, kind: PathSetting) -> list[str]:
    """Returns the paths in a setting's value: itself, its items or its values; only texts count.

    A value may be a list of paths, too.
    """
    if kind.kind == "times" and not isinstance(value, str):
        return []
    values = list(value.values()) if isinstance(value, Mapping) else [value]
    items = [item for one in values for item in (one if isinstance(one, list | tuple) else [one])]
    texts = [item for item in items if isinstance(item, str) and item.strip()]
    return texts if kind.kind != "masks" else [name for text in texts for name in _files_of_mask(text)]


def _files_of_mask(text: str) -> list[str]:
    """Returns the files in a mask expression; none in one that is too long, which validation reports."""
    found = _BRACKETED.findall(text) if len(text) <= MAX_LENGTH else []
    return [name.strip() for name in found if name.strip()]


def each_name(value: Any, change: Callable[[str], Any], kind: PathSetting) -> Any:
    """Applies `change` to every path in a setting's value: itself, its items or its values."""
    if kind.kind == "times" and not isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: each_name(item, change, kind) for key, item in value.items()}
    if isinstance(value, list):
        return [each_name(item, change, kind) for item in value]
    if not isinstance(value, str) or not value.strip():
        return value
    if kind.kind == "masks" and _files_of_mask(value):
        return _BRACKETED.sub(
            lambda name: f"[{change(name[1].strip())}]" if name[1].strip() else name[0], value
        )
    return value if kind.kind == "masks" else change(value)
