"""Finds the files that a draft's `steps` name, as for all other settings."""

from collections.abc import Mapping
from typing import Any

from animator.errors import PluginError, Problem
from animator.presets.resolve_paths import each_name, names_in, resolve_path
from animator.settings.paths import PathSetting, not_found
from animator.settings.raw import RawPreset, merge
from animator.settings.step import settings_of

GROUP = "steps"


def with_step_files(draft: RawPreset) -> tuple[RawPreset, list[Problem]]:
    """Resolves the paths of the steps' files; also returns a problem for each missing file.

    Args:
        draft: Before validation, which reports unknown and broken steps.
    """
    steps = draft.values.get(GROUP)
    if not isinstance(steps, list | tuple):
        return draft, []
    problems: list[Problem] = []
    resolved = [_resolve_step(draft, place, step, problems) for place, step in enumerate(steps)]
    if resolved == list(steps):
        return draft, problems
    places = {path: place for path, place in draft.places.items() if path[0] == GROUP}
    return merge(RawPreset(draft.source, {GROUP: resolved}, places), draft), problems


def _resolve_step(draft: RawPreset, place: int, step: Any, problems: list[Problem]) -> Any:
    beside = draft.folders.get((GROUP,))
    resolved = dict(step) if isinstance(step, Mapping) else {}
    for name, kind in files_of(step).items():

        def path(text: str, kind: PathSetting = kind) -> str:
            return resolve_path(text, beside, kind) or text

        missing = [
            text for text in names_in(resolved.get(name), kind) if resolve_path(text, beside, kind) is None
        ]
        setting = (GROUP, str(place), name)
        problems += [
            Problem(draft.where(setting), ".".join(setting), not_found(text, beside)) for text in missing
        ]
        if name in resolved:
            resolved[name] = each_name(resolved[name], path, kind)
    return resolved or step


def files_of(step: Any) -> dict[str, PathSetting]:
    """Returns the settings of a step that name files, with their marks."""
    try:
        fields = settings_of(step["use"]).model_fields
    except (PluginError, KeyError, TypeError):
        return {}
    return {
        name: kind for name, info in fields.items() for kind in info.metadata if isinstance(kind, PathSetting)
    }
