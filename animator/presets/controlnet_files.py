"""Finds the files that a draft's ControlNet units name, before any model loads."""

from collections.abc import Mapping
from typing import Any

from animator.errors import ModelError, Problem
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.presets.resolve_paths import each_name, names_in, resolve_path
from animator.settings.controlnet import FRAME
from animator.settings.paths import PathSetting, find, not_found
from animator.settings.raw import RawPreset, merge

GROUP = "controlnet"
MASKS = PathSetting("masks")


def with_unit_files(draft: RawPreset, library: Library) -> tuple[RawPreset, list[Problem]]:
    """Resolves the paths of the units' files; also returns a problem for each missing file.

    Args:
        draft: Before validation; units that are off may name missing files.
        library: The model folders, where ControlNets are found by name.
    """
    units = draft.values.get(GROUP)
    if not isinstance(units, list | tuple):
        return draft, []
    problems: list[Problem] = []
    resolved = [_resolve_unit(draft, number, unit, problems) for number, unit in enumerate(units)]
    problems += [
        problem
        for number, unit in enumerate(resolved)
        for problem in _model_problems(draft, number, unit, library)
    ]
    if resolved == list(units):
        return draft, problems
    return merge(RawPreset(draft.source, {GROUP: resolved}, _places(draft)), draft), problems


def _resolve_unit(draft: RawPreset, number: int, unit: Any, problems: list[Problem]) -> Any:
    """Returns the unit with paths relative to the working directory."""
    if not _is_on(unit):
        return unit
    beside = draft.folders.get((GROUP,))
    resolved = dict(unit)
    for name in ("source", "model"):
        value = unit.get(name)
        if not isinstance(value, str) or not value.strip() or (name == "source" and value == FRAME):
            continue
        path = find(value, beside)
        if path is not None:
            resolved[name] = str(path)
        elif name == "source":
            problems.append(_problem(draft, number, name, not_found(value, beside)))
    return resolved | _resolve_mask(draft, number, unit, problems)


def _resolve_mask(
    draft: RawPreset, number: int, unit: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    """Returns the unit's mask with the paths of its images; empty if it has none."""
    if "mask" not in unit:
        return {}
    beside = draft.folders.get((GROUP,))

    def path(name: str) -> str:
        return resolve_path(name, beside, MASKS) or name

    missing = [name for name in names_in(unit["mask"], MASKS) if resolve_path(name, beside, MASKS) is None]
    problems += [_problem(draft, number, "mask", not_found(name, beside)) for name in missing]
    return {"mask": each_name(unit["mask"], path, MASKS)}


def _model_problems(draft: RawPreset, number: int, unit: Any, library: Library) -> list[Problem]:
    model = unit.get("model") if _is_on(unit) else None
    try:
        if isinstance(model, str) and model.strip():
            find_controlnet(model, library)
    except ModelError as error:
        return [_problem(draft, number, "model", str(error))]
    return []


def _problem(draft: RawPreset, number: int, name: str, message: str) -> Problem:
    path = (GROUP, str(number), name)
    return Problem.of(draft.where(path), path, message)


def _is_on(unit: Any) -> bool:
    return isinstance(unit, Mapping) and unit.get("enabled", True) is not False


def _places(draft: RawPreset) -> dict[tuple[str, ...], str]:
    return {path: place for path, place in draft.places.items() if path[0] == GROUP}
