"""Finds the files that a draft's `signals` name, as for all other settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from animator.core.paths import is_file
from animator.core.urls import is_url
from animator.errors import Problem
from animator.presets.resolve_paths import Setting
from animator.settings.paths import find, not_found
from animator.settings.raw import RawPreset, merge
from animator.settings.signals.sources import named_files

GROUP = "signals"


def with_signal_files(draft: RawPreset) -> tuple[RawPreset, list[Problem]]:
    """Resolves the paths of sounds and tables; also returns a problem for each missing file.

    Args:
        draft: Before validation, which reports what is no sound and no table.
    """
    signals = draft.values.get(GROUP)
    if not isinstance(signals, Mapping):
        return draft, []
    problems: list[Problem] = []
    resolved = dict(signals)
    for setting, name in files_of(draft.values):
        beside = draft.folder(setting)
        path = None if is_url(name) else find(name, beside)
        if path is not None and is_file(path):
            value = signals[setting[1]]
            resolved[setting[1]] = str(path) if isinstance(value, str) else {**value, "path": str(path)}
        elif not is_url(name):
            problems.append(Problem.of(draft.where(setting), setting, not_found(name, beside)))
    if resolved == dict(signals):
        return draft, problems
    places = {path: place for path, place in draft.places.items() if path[0] == GROUP}
    return merge(RawPreset(draft.source, {GROUP: resolved}, places), draft), problems


def files_of(values: Mapping[str, Any]) -> Iterator[tuple[Setting, str]]:
    """Yields each name of a sound or table in a draft's values, with its setting."""
    yield from ((file.setting, file.name) for file in named_files(values.get(GROUP)))
