"""Raw presets: plain values and where each was written, before validation."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from animator.errors import Problem
from animator.settings.animation import Animation
from animator.settings.controlnet import ControlUnit
from animator.settings.group import SettingsGroup
from animator.settings.import_notes import Note
from animator.settings.ip_adapter import IPAdapterUnit
from animator.settings.signals.given import Given
from animator.settings.step import StepSettings

T = TypeVar("T")
_POSITION = re.compile(r":\d+:\d+$")
_PLACE = re.compile(r"(.*):(\d+):(\d+)(?: \w+)?", re.DOTALL)
"""File, line and column; in settings files also the name there."""

LISTS: Mapping[str, type[SettingsGroup]] = {
    "controlnet": ControlUnit,
    "ip_adapter": IPAdapterUnit,
    "steps": StepSettings,
}
"""Settings that are lists of groups, with the class of their items."""


@dataclass(frozen=True)
class RawPreset:
    """A preset before validation.

    Attributes:
        source: The file it was read from, for messages.
        values: Plain values as written.
        places: Path of a setting -> where it was written, for messages.
        notes: Of the import, and on former names of settings.
        folders: Path of a setting -> folder of the file that has it.
        given: Variables of formulas that are not from the settings.
        imported: Paths of settings that were converted from those of another program.
    """

    source: str
    values: Mapping[str, Any]
    places: Mapping[tuple[str, ...], str]
    notes: tuple[Note, ...] = ()
    folders: Mapping[tuple[str, ...], Path] = field(default_factory=dict)
    given: Given | None = None
    imported: frozenset[tuple[str, ...]] = frozenset()

    @property
    def files(self) -> list[Path]:
        """The files that its settings were read from."""
        places = dict.fromkeys((self.source, *self.places.values()))
        return [Path(_POSITION.sub("", place)) for place in places]

    def in_order(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Returns problems in the order of their lines, those of this preset before those of others."""
        return tuple(sorted(problems, key=self._order))

    def _order(self, problem: Problem) -> tuple[bool, bool, str, int, int]:
        place = _PLACE.fullmatch(problem.where)
        if place is None:  # a file as a whole, or an override
            return problem.where != self.source, True, "", 0, 0
        return place[1] != self.source, False, place[1], int(place[2]), int(place[3])

    def where(self, path: tuple[str, ...]) -> str:
        """Returns where a setting was written, or the nearest group around it."""
        return _nearest(self.places, path) or self.source

    def folder(self, path: tuple[str, ...]) -> Path | None:
        """Returns the folder of the file that has a setting, or the nearest group around it."""
        return _nearest(self.folders, path)


def _nearest(known: Mapping[tuple[str, ...], T], path: tuple[str, ...]) -> T | None:
    """Returns what is known of a setting, or of the nearest group around it."""
    ends = (path[:end] for end in range(len(path), 0, -1))
    return next((known[end] for end in ends if end in known), None)


def raw_of(animation: Animation) -> RawPreset:
    """Returns the settings of a film, with its variables that are from Python."""
    return RawPreset(animation.name, animation.plain(), {}, given=Given(animation.heard.own))


def merge(top: RawPreset, below: RawPreset) -> RawPreset:
    """Merges two drafts; `top` overrides `below`. Groups merge, every other value replaces."""
    values = dict(below.values)
    places, folders = dict(below.places), dict(below.folders)
    imported = dict.fromkeys(below.imported, "")
    for key, value in top.values.items():
        group = group_of(key)
        if group is not None and isinstance(value, Mapping) and isinstance(values.get(key), Mapping):
            values[key] = {**values[key], **value}
            replaced: set[tuple[str, ...]] = {(key, str(inner)) for inner in value}
        else:
            values[key] = value
            replaced = {(str(key),)}
        places, folders = _without(places, replaced), _without(folders, replaced)
        imported = _without(imported, replaced)
    notes, places, folders = (*below.notes, *top.notes), {**places, **top.places}, {**folders, **top.folders}
    given, kept = top.given or below.given, frozenset(imported) | top.imported
    return RawPreset(top.source, values, places, notes, folders, given, kept)


def _without(
    settings: Mapping[tuple[str, ...], T], removed: set[tuple[str, ...]]
) -> dict[tuple[str, ...], T]:
    """Returns the settings without those in `removed`, whose paths have one or two keys, and below."""
    return {
        path: item for path, item in settings.items() if path[:1] not in removed and path[:2] not in removed
    }


def group_of(name: object) -> type[BaseModel] | None:
    """Returns the class of a group of settings; None for a plain setting."""
    field = Animation.model_fields.get(str(name))
    kind = field.annotation if field else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def value_of(values: Mapping[str, Any], setting: tuple[str, ...]) -> Any:
    """Returns the value of a setting; None where there is none."""
    here: Any = values
    for name in setting:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def grouped(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Returns plain values, in groups, of settings by path, such as `motion.zoom`."""
    groups: dict[str, Any] = {}
    for path, value in flat.items():
        group, _, name = path.rpartition(".")
        (groups.setdefault(group, {}) if group else groups)[name] = value
    return groups


def nested(setting: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Returns plain values that have one setting only."""
    for name in reversed(setting):
        value = {name: value}
    return dict(value)
