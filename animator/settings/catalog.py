"""The settings of a film as data: names, kinds, ranges, choices, defaults and sentences.

Forms, the JSON schema and docs/parameters.md are made from it. It is derived from the settings' own classes.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from animator.settings.animation import Animation
from animator.settings.camera_moves import CameraMoves
from animator.settings.camera_path import CameraPath
from animator.settings.explanations import explanations
from animator.settings.keyed_images import KeyedImages
from animator.settings.prompt_images import PromptImages
from animator.settings.raw import LISTS, group_of
from animator.settings.setting_kinds import (
    Choice,
    SettingKind,
    bounds_of,
    choices_in,
    kind_of,
)
from animator.settings.setting_words import values_in_words
from animator.settings.signals.markers import Markers
from animator.settings.step import StepSettings, names, settings_of
from animator.settings.subtitle_values import SubtitleValues
from animator.settings.titles import title_of
from schedules import Prompts, Schedule, TextSchedule

_KINDS: Mapping[tuple[str, str], SettingKind] = {
    ("", "wildcard_folder"): SettingKind.FOLDER,
    ("", "bpm"): SettingKind.NUMBER,
    ("", "signals"): SettingKind.FILES_BY_NAME,
    ("controlnet", "model"): SettingKind.MODEL,
    ("controlnet", "preprocessor_model"): SettingKind.MODEL,
    ("controlnet", "preprocessor_detector"): SettingKind.MODEL,
    ("controlnet", "source"): SettingKind.CLIP,
    ("ip_adapter", "model"): SettingKind.MODEL,
    ("ip_adapter", "encoder"): SettingKind.MODEL,
    ("sound", "soundtrack_path"): SettingKind.FILE,
    ("steps", "use"): SettingKind.STEP,
}
"""Kinds, by group and name, of settings that do not declare what their text names."""

_PARSED = (
    *(Schedule, TextSchedule, Prompts, KeyedImages, PromptImages),
    *(SubtitleValues, CameraMoves, CameraPath, Markers),
)
"""Values that are parsed, and have what they were parsed from."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The description of a setting.

    Attributes:
        name: Its name in its group.
        group: The name of its group; empty for a setting of the film itself.
        kind: What its value is.
        description: A sentence or more about it.
        values: The permitted values in words, such as "schedule, 0 to 1".
        default: Its default, as presets have it. None where it may be null, or where `is_required`.
        is_required: True for a setting without a default.
        choices: The values that it, or an item of its list, may have; empty where there are others.
        low: Smallest value of a number, of each value of a schedule, or of each side of a size; None for no
            limit.
        high: Largest value of these; None for no limit.
        low_is_excluded: True where they have to be above `low`.
        multiple_of: What each of them has to be a multiple of; None for any value.
    """

    name: str
    group: str
    kind: SettingKind
    description: str
    values: str
    default: Any
    is_required: bool
    choices: tuple[Choice, ...]
    low: float | None
    high: float | None
    low_is_excluded: bool
    multiple_of: int | None

    @property
    def path(self) -> str:
        """Its path, such as `motion.zoom`. In a preset, a list has the number of the item in between."""
        return f"{self.group}.{self.name}" if self.group else self.name

    @property
    def title(self) -> str:
        """Its name as forms show it, such as "CFG scale"."""
        return title_of(self.name)

    @property
    def is_schedule(self) -> bool:
        """True for a number or text that may change by frame."""
        return self.kind in (SettingKind.SCHEDULE, SettingKind.TEXT_SCHEDULE)


@dataclass(frozen=True, kw_only=True)
class SettingGroup:
    """The description of settings that belong together.

    Attributes:
        name: Their name in presets; empty for the settings of the film itself. For the settings of one step,
            its name in `use`.
        description: What they are for; may have several paragraphs.
        is_list: True for a list of such groups.
        settings: The settings.
    """

    name: str
    description: str
    is_list: bool
    settings: tuple[Setting, ...]

    @property
    def title(self) -> str:
        """Its name as forms show it."""
        return title_of(self.name)


def setting_groups() -> tuple[SettingGroup, ...]:
    """Returns the settings of a film, those without a group first, in the order of the documentation.

    The items of `steps` have further settings, of their own step: see `step_group`.
    """
    return tuple(
        SettingGroup(
            name=name,
            description=inspect.getdoc(kind) or "",
            is_list=name in LISTS,
            settings=settings_in(kind, name),
        )
        for name, kind in group_classes().items()
    )


def step_group(use: str) -> SettingGroup:
    """Imports a step, and returns its own settings.

    Those that all items of `steps` have are left out, unless the step has another default.

    Args:
        use: Name of the step.

    Raises:
        PluginError: The step does not exist or cannot be imported.
    """
    kind, common = settings_of(use), StepSettings.model_fields
    own = tuple(
        one
        for one in settings_in(kind, "steps")
        if one.name not in common or kind.model_fields[one.name].default != common[one.name].default
    )
    return SettingGroup(name=use, description=inspect.getdoc(kind) or "", is_list=False, settings=own)


def group_classes() -> Mapping[str, type[BaseModel]]:
    """Returns the class of each group of settings by name; that of the film itself has the empty name."""
    kinds = ((name, _class_of(name)) for name in Animation.model_fields)
    return {"": Animation, **{name: kind for name, kind in kinds if kind}}


def settings_in(kind: type[BaseModel], group: str) -> tuple[Setting, ...]:
    """Returns the settings of a group; groups inside it are left out.

    Args:
        kind: Its class.
        group: Its name.
    """
    texts = explanations(kind)
    return tuple(
        _setting(name, group, field, texts.get(name, ""))
        for name, field in kind.model_fields.items()
        if kind is not Animation or not _class_of(name)
    )


def _class_of(name: str) -> type[BaseModel] | None:
    """Returns the class of a group, or of the groups in a list; None for a plain setting."""
    return group_of(name) or LISTS.get(name)


def _setting(name: str, group: str, field: FieldInfo, text: str) -> Setting:
    kind = _KINDS.get((group, name)) or kind_of(field)
    choices = names() if kind is SettingKind.STEP else choices_in(field)
    bounds = bounds_of(field)
    return Setting(
        name=name,
        group=group,
        kind=kind,
        description=text,
        values=values_in_words(kind, choices, bounds),
        default=_plain_default(field),
        is_required=field.is_required(),
        choices=choices,
        low=bounds.low,
        high=bounds.high,
        low_is_excluded=bounds.low_is_excluded,
        multiple_of=bounds.multiple_of,
    )


def _plain_default(field: FieldInfo) -> Any:
    """Returns the default of a setting, as presets have it."""
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(value, _PARSED):
        return value.source
    return to_jsonable_python(value, fallback=str)
