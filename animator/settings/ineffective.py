"""Finds the settings of a film that have no effect, because others switch them off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic_core import PydanticUndefined

from animator.settings.animation import Animation
from animator.settings.effect import Condition, Switch
from animator.settings.group import SettingsGroup
from animator.settings.raw import LISTS
from animator.settings.setting_kinds import SettingKind, choices_in, kind_of
from schedules import Schedule, Scope, TextSchedule


@dataclass(frozen=True)
class Ineffective:
    """Settings of a group that have no effect for one reason.

    Attributes:
        paths: Their paths, such as `motion.rotation_3d_x`.
        needs: What they need, such as `mode: 3d`.
    """

    paths: tuple[str, ...]
    needs: str

    def __str__(self) -> str:
        have, they = ("have", "they need") if len(self.paths) > 1 else ("has", "it needs")
        return f"{', '.join(self.paths)}: {have} no effect; {they} {self.needs}"


def ineffective_settings(film: Animation) -> tuple[Ineffective, ...]:
    """Returns the settings that differ from their defaults and have no effect, in the order of the groups."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for path, group in groups_of(film):
        for name in changed_settings(group, film.scope):
            if failing := failing_condition(film, group, name):
                full = f"{path}.{name}" if path else name
                by_reason.setdefault((path, failing.text(path)), []).append(full)
    return tuple(Ineffective(tuple(paths), needs) for (_, needs), paths in by_reason.items())


def settings_without_effect(film: Animation) -> dict[str, str]:
    """Returns what each setting needs that has no effect, whatever its value: by path, such as `mode: 3d`.

    A setting that its own value switches off is not among them: it has to stay in reach. In a list, a path
    has the number of the item, such as `controlnet.0.weight`.
    """
    return {
        f"{path}.{name}" if path else name: failing.text(path)
        for path, group in groups_of(film)
        for name in type(group).model_fields
        if (failing := failing_condition(film, group, name)) and not _acts_otherwise(film, path, group, name)
    }


def _acts_otherwise(film: Animation, path: str, group: SettingsGroup, name: str) -> bool:
    """Returns True if a setting has an effect with its default or with another of its choices."""
    field = type(group).model_fields[name]
    values: list[Any] = [] if field.is_required() else [field.get_default(call_default_factory=True)]
    values += (True, False) if kind_of(field) is SettingKind.SWITCH else choices_in(field)
    for value in values:
        other = group.model_copy(update={name: value})
        is_group = path in type(film).model_fields  # an item of a list is judged in the film as it is
        whole = film.model_copy(update={path: other}) if is_group else film
        if failing_condition(whole, other, name) is None:
            return True
    return False


def groups_of(film: Animation) -> Iterator[tuple[str, SettingsGroup]]:
    """Yields the film itself, its groups and the items of its lists, each with its path."""
    yield "", film
    for name in type(film).model_fields:
        value = getattr(film, name)
        if isinstance(value, SettingsGroup):
            yield name, value
    for name in LISTS:
        yield from ((f"{name}.{index}", item) for index, item in enumerate(getattr(film, name)))


def changed_settings(group: SettingsGroup, scope: Scope) -> Iterator[str]:
    """Yields the names of a group's settings that differ from their defaults and are not switched off.

    Args:
        group: The group; groups inside it are left out.
        scope: Of the film, in which schedules are compared by their values.
    """
    for name, field in type(group).model_fields.items():
        value = getattr(group, name)
        if name in LISTS or isinstance(value, SettingsGroup) or value in (False, "none", "", None):
            continue
        default = field.get_default(call_default_factory=True)
        if default is PydanticUndefined or not _are_equal(value, default, scope):
            yield name


def _are_equal(value: object, default: object, scope: Scope) -> bool:
    if value == default:
        return True
    if isinstance(value, Schedule) and isinstance(default, Schedule):
        return bool(np.array_equal(value.values(scope), default.values(scope), equal_nan=True))
    if isinstance(value, TextSchedule) and isinstance(default, TextSchedule):
        return value.values(scope) == default.values(scope)
    return False


def failing_condition(film: Animation, group: SettingsGroup, name: str) -> Condition | None:
    """Returns the first condition of a setting that does not hold; None for a setting that has an effect."""
    needs = (part for condition in conditions_of(type(group), name) for part in condition.parts)
    return next((need for need in needs if not need.holds(film, group)), None)


def conditions_of(kind: type[SettingsGroup], name: str) -> tuple[Condition, ...]:
    """Returns the conditions that a setting needs: its group's and its own, or its own `Switch` alone."""
    own = tuple(mark for mark in kind.model_fields[name].metadata if isinstance(mark, Condition))
    return own if any(isinstance(mark, Switch) for mark in own) else (kind.effective_when, *own)
