"""Finds the files that a draft's ControlNet and IP-Adapter units name, before any model loads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from animator.errors import ModelError, Problem
from animator.models.controlnet.preprocessors.networks import DETECTOR, NETWORK
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.presets.resolve_paths import each_name, names_in
from animator.settings.controlnet import FRAME
from animator.settings.paths import PathSetting, find, not_found
from animator.settings.raw import RawPreset, merge


@dataclass(frozen=True)
class UnitGroup:
    """A list of units.

    Attributes:
        name: Its name in presets.
        images: The setting that names images, videos and folders, which have to exist.
        models: The settings that name models: files, folders, or names in the model folders.
        check: Checks that the models of a unit are there; gets its settings and the model folders.
        masks: The settings that have images inside mask expressions.
    """

    name: str
    images: str
    models: tuple[str, ...]
    check: Callable[[Mapping[str, Any], Library], object]
    masks: tuple[str, ...] = ()

    @property
    def kinds(self) -> Mapping[str, PathSetting]:
        """The settings that name files, with their marks."""
        files = dict.fromkeys((self.images, *self.models), PathSetting())
        return {**files, **dict.fromkeys(self.masks, PathSetting("masks"))}

    def names(self, unit: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yields each setting of a unit that names a file, with the name; `frame` is none."""
        for setting, kind in self.kinds.items():
            names = names_in(unit.get(setting), kind)
            yield from ((setting, name) for name in names if not self.is_frame(setting, name))

    def is_frame(self, setting: str, name: str) -> bool:
        """Returns True for the word that stands for the input image of each frame."""
        return setting == self.images and name.strip() == FRAME


def _check_controlnet(unit: Mapping[str, Any], library: Library) -> None:
    find_controlnet(unit["model"], library)


def _check_adapter(unit: Mapping[str, Any], library: Library) -> None:
    encoder = unit.get("encoder", "")
    find_adapter(AdapterName(unit["model"], encoder if isinstance(encoder, str) else ""), library)


GROUPS = (
    UnitGroup("controlnet", "source", ("model", NETWORK, DETECTOR), _check_controlnet, ("mask",)),
    UnitGroup("ip_adapter", "image", ("model", "encoder"), _check_adapter, ("mask",)),
)


def with_unit_files(draft: RawPreset, library: Library) -> tuple[RawPreset, list[Problem]]:
    """Resolves the paths of the units' files; also returns a problem for each missing file.

    Args:
        draft: Before validation; units that are off may name missing files.
        library: The model folders, where models are found by name.
    """
    problems: list[Problem] = []
    for group in GROUPS:
        draft = _with_files_of(draft, group, library, problems)
    return draft, problems


def _with_files_of(
    draft: RawPreset, group: UnitGroup, library: Library, problems: list[Problem]
) -> RawPreset:
    units = draft.values.get(group.name)
    if not isinstance(units, list | tuple):
        return draft
    resolved = [_resolve_unit(draft, group, number, unit, problems) for number, unit in enumerate(units)]
    for number, unit in enumerate(resolved):
        problems += _model_problems(draft, group, number, unit, library)
    if resolved == list(units):
        return draft
    places = {path: place for path, place in draft.places.items() if path[0] == group.name}
    return merge(RawPreset(draft.source, {group.name: resolved}, places), draft)


def _resolve_unit(draft: RawPreset, group: UnitGroup, number: int, unit: Any, problems: list[Problem]) -> Any:
    """Returns the unit with paths relative to the working directory."""
    if not _is_on(unit):
        return unit
    beside = draft.folders.get((group.name,))
    for setting, name in group.names(unit):
        if setting not in group.models and find(name, beside) is None:
            problems.append(_problem(draft, group, number, setting, not_found(name, beside)))
    resolved = dict(unit)
    for setting, kind in group.kinds.items():

        def path(name: str, setting: str = setting) -> str:
            found = None if group.is_frame(setting, name) else find(name, beside)
            return name if found is None else str(found)

        if setting in unit:
            resolved[setting] = each_name(unit[setting], path, kind)
    return resolved


def _model_problems(
    draft: RawPreset, group: UnitGroup, number: int, unit: Any, library: Library
) -> list[Problem]:
    model = unit.get("model") if _is_on(unit) else None
    try:
        if isinstance(model, str) and model.strip():
            group.check(unit, library)
    except ModelError as error:
        if error.hint is None:  # what needs a permission is reported where the film is checked as a whole
            return [_problem(draft, group, number, "model", error.message)]
    return []


def _problem(draft: RawPreset, group: UnitGroup, number: int, name: str, message: str) -> Problem:
    path = (group.name, str(number), name)
    return Problem.of(draft.where(path), path, message)


def _is_on(unit: Any) -> bool:
    return isinstance(unit, Mapping) and unit.get("enabled", True) is not False
