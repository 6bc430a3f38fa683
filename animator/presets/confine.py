"""Checks the names of files in a draft against the confinement in force, before any of them is looked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from animator.core.confinement import OutsideError, confinement, named_path
from animator.errors import Problem
from animator.presets import signal_files, step_files, unit_files
from animator.presets.resolve_paths import Setting, file_settings, names_in
from animator.settings.paths import PathSetting
from animator.settings.raw import RawPreset, value_of

_OTHERS: Mapping[Setting, PathSetting] = {("wildcard_folder",): PathSetting("folder")}
"""Settings that name files and are not marked, for they are not resolved."""


def outside_problems(draft: RawPreset) -> list[Problem]:
    """Returns a problem for each name that leads out of the confinement in force; none without one.

    Names inside prompts and schedules, such as those of LoRA files, are checked where they are looked up.
    """
    if confinement() is None:
        return []
    named = dict.fromkeys(_names(draft.values))
    return [problem for setting, name in named if (problem := outside_problem(draft, setting, name))]


def outside_problem(draft: RawPreset, setting: Setting, name: str) -> Problem | None:
    """Returns the problem of a name that leads out of the confinement in force; None without one."""
    try:
        named_path(name)
    except OutsideError as error:
        return Problem.of(draft.where(setting), setting, error.message)
    return None


def _names(values: Mapping[str, Any]) -> Iterator[tuple[Setting, str]]:
    """Yields each name of a file or folder in a draft's values, with its setting."""
    for setting, kind in {**file_settings(), **_OTHERS}.items():
        yield from ((setting, name) for name in names_in(value_of(values, setting), kind))
    yield from signal_files.files_of(values)
    for group in unit_files.GROUPS:
        for place, unit in _members(values, group.name):
            yield from (((*place, setting), text) for setting, text in group.names(unit))
    for place, step in _members(values, step_files.GROUP):
        for name, kind in step_files.files_of(step).items():
            yield from (((*place, name), text) for text in names_in(step.get(name), kind))


def _members(values: Mapping[str, Any], group: str) -> Iterator[tuple[Setting, Mapping[str, Any]]]:
    """Yields the mappings of a list of groups with their places."""
    members = values.get(group)
    for number, member in enumerate(members if isinstance(members, list | tuple) else ()):
        if isinstance(member, Mapping):
            yield (group, str(number)), member
