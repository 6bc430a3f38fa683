"""Columns of scheduled values, assembled frame by frame into the parts of plans."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from animator.settings import Animation
from animator.settings.group import SettingsGroup
from animator.settings.step import StepSettings, mark_of
from animator.timeline.plan import TYPES
from animator.timeline.plan_parts import is_list, part_name, scheduled_groups, schedules_in

Column = NDArray[np.float64] | tuple[str, ...]
Columns = Mapping[str, Column]
"""The value at every frame, by the path of its schedule, such as `motion.zoom`."""


@dataclass(frozen=True, eq=False)
class Values:
    """The values of a plan's part, or of a step, at all frames.

    Attributes:
        kind: Class of the part or step.
        columns: The type of each scheduled value, and the value at every frame.
        fixed: Values that are the same at every frame.
    """

    kind: type[Any]
    columns: Mapping[str, tuple[type[Any], Column]]
    fixed: Mapping[str, Any]

    def at(self, frame: int, more: Mapping[str, object] | None = None) -> Any:
        """Returns the part at a frame, with `more` values that are not scheduled."""
        values = {name: kind(column[frame]) for name, (kind, column) in self.columns.items()}
        return self.kind(**values, **self.fixed, **(more or {}))


def parts_of(animation: Animation, columns: Columns) -> dict[str, Values]:
    """Returns the values of each group that has schedules, by the group's name in presets."""
    groups = scheduled_groups().items()
    return {name: _group(name, group, columns) for name, group in groups if not is_list(name)}


def lists_of(animation: Animation, columns: Columns) -> dict[str, tuple[Values, ...]]:
    """Returns the values of each list of groups, and of the film's steps, by its name in presets."""
    lists: dict[str, tuple[Values, ...]] = {}
    for name, group in scheduled_groups().items():
        if is_list(name):
            indices = range(len(getattr(animation, name)))
            lists[name] = tuple(_group(f"{name}.{index}", group, columns) for index in indices)
    steps = enumerate(animation.steps)
    return {**lists, "steps": tuple(_step(f"steps.{index}", step, columns) for index, step in steps)}


def _group(path: str, group: type[SettingsGroup], columns: Columns) -> Values:
    marks = schedules_in(group).items()
    typed = {name: (mark.value_type, columns[f"{path}.{name}"]) for name, mark in marks}
    return Values(TYPES[part_name(group)], typed, {})


def _step(path: str, settings: StepSettings, columns: Columns) -> Values:
    hints = get_type_hints(settings.step, include_extras=True)
    names = [field.name for field in fields(settings.step)]
    by_frame = [name for name in names if mark_of(hints[name])]
    typed = {name: (get_args(hints[name])[0], columns[f"{path}.{name}"]) for name in by_frame}
    fixed = {name: getattr(settings, name) for name in names if name not in by_frame}
    return Values(settings.step, typed, fixed)
