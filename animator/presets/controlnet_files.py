"""The files that a draft's ControlNet units name, found before any model loads."""

from collections.abc import Mapping
from typing import Any

from animator.errors import ModelError, Problem
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.settings.controlnet import FRAME
from animator.settings.paths import find, not_found
from animator.settings.raw import RawPreset, merge

GROUP = "controlnet"


def with_unit_files(draft: RawPreset, library: Library) -> tuple[RawPreset, list[Problem]]:
    """The draft with its units' files by the paths where they are, and a problem for each that is missing.

    Args:
        draft: Before validation; units that are off may name what is not there.
        library: Where ControlNets are looked up by name.
    """
    units = draft.values.get(GROUP)
    if not isinstance(units, list | tuple):
        return draft, []
    problems: list[Problem] = []
    found = [_found(draft, number, unit, problems) for number, unit in enumerate(units)]
    problems += [
        problem for number, unit in enumerate(found) for problem in _net(draft, number, unit, library)
    ]
    if found == list(units):
        return draft, problems
    return merge(RawPreset(draft.source, {GROUP: found}, _places(draft)), draft), problems


def _found(draft: RawPreset, number: int, unit: Any, problems: list[Problem]) -> Any:
    """The unit with paths that can be opened from the working directory."""
    if not _is_on(unit):
        return unit
    beside = draft.folders.get((GROUP,))
    found = dict(unit)
    for name in ("source", "model"):
        given = unit.get(name)
        if not isinstance(given, str) or not given.strip() or (name == "source" and given == FRAME):
            continue
        path = find(given, beside)
        if path is not None:
            found[name] = str(path)
        elif name == "source":
            problems.append(_problem(draft, number, name, not_found(given, beside)))
    return found


def _net(draft: RawPreset, number: int, unit: Any, library: Library) -> list[Problem]:
    model = unit.get("model") if _is_on(unit) else None
    try:
        if isinstance(model, str) and model.strip():
            find_controlnet(model, library)
    except ModelError as error:
        return [_problem(draft, number, "model", str(error))]
    return []


def _problem(draft: RawPreset, number: int, name: str, message: str) -> Problem:
    path = (GROUP, str(number), name)
    return Problem(draft.where(path), ".".join(path), message)


def _is_on(unit: Any) -> bool:
    return isinstance(unit, Mapping) and unit.get("enabled", True) is not False


def _places(draft: RawPreset) -> dict[tuple[str, ...], str]:
    return {path: place for path, place in draft.places.items() if path[0] == GROUP}
