"""The files that a draft's `steps` name, found as those of all other settings are."""

from collections.abc import Mapping
from typing import Any

from animator.errors import PluginError, Problem
from animator.presets.resolve_paths import each_name, names_in, resolved
from animator.settings.paths import PathSetting, not_found
from animator.settings.raw import RawPreset, merge
from animator.settings.step import settings_of

GROUP = "steps"


def with_step_files(draft: RawPreset) -> tuple[RawPreset, list[Problem]]:
    """Returns the draft with its steps' files by the paths where they are, and what is missing.

    Args:
        draft: Before validation, which tells of steps that are unknown or broken.
    """
    steps = draft.values.get(GROUP)
    if not isinstance(steps, list | tuple):
        return draft, []
    problems: list[Problem] = []
    found = [_with_files(draft, place, step, problems) for place, step in enumerate(steps)]
    if found == list(steps):
        return draft, problems
    places = {path: place for path, place in draft.places.items() if path[0] == GROUP}
    return merge(RawPreset(draft.source, {GROUP: found}, places), draft), problems


def _with_files(draft: RawPreset, place: int, step: Any, problems: list[Problem]) -> Any:
    beside = draft.folders.get((GROUP,))
    found = dict(step) if isinstance(step, Mapping) else {}
    for name, kind in _files_of(step).items():

        def path(text: str, kind: PathSetting = kind) -> str:
            return resolved(text, beside, kind) or text

        missing = [text for text in names_in(found.get(name), kind) if resolved(text, beside, kind) is None]
        setting = (GROUP, str(place), name)
        problems += [
            Problem(draft.where(setting), ".".join(setting), not_found(text, beside)) for text in missing
        ]
        if name in found:
            found[name] = each_name(found[name], path, kind)
    return found or step


def _files_of(step: Any) -> dict[str, PathSetting]:
    """The settings of a step that name files, and how."""
    try:
        fields = settings_of(step["use"]).model_fields
    except (PluginError, KeyError, TypeError):
        return {}
    return {
        name: kind for name, info in fields.items() for kind in info.metadata if isinstance(kind, PathSetting)
    }
