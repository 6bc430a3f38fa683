"""Columns of scheduled values, assembled frame by frame into the parts of plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animator.settings import Animation
from animator.settings.group import SettingsGroup
from animator.settings.scheduled import ScheduledGroup, values_by_frame

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
    groups = {name: getattr(animation, name) for name in type(animation).model_fields}
    return {
        name: _values(name, group.plan_type, group, columns)
        for name, group in groups.items()
        if isinstance(group, ScheduledGroup)
    }


def lists_of(animation: Animation, columns: Columns) -> dict[str, tuple[Values, ...]]:
    """Returns the values of each unit and of each step, by the name of their list in presets."""
    units: Mapping[str, Sequence[ScheduledGroup]] = {
        "controlnet": animation.controlnet,
        "ip_adapter": animation.ip_adapter,
    }
    steps = enumerate(animation.steps)
    return {
        **{
            name: tuple(
                _values(f"{name}.{i}", unit.plan_type, unit, columns) for i, unit in enumerate(of_kind)
            )
            for name, of_kind in units.items()
        },
        "steps": tuple(_values(f"steps.{i}", step.step, step, columns) for i, step in steps),
    }


def _values(path: str, kind: type[Any], settings: SettingsGroup, columns: Columns) -> Values:
    types = values_by_frame(kind)
    typed = {name: (value_type, columns[f"{path}.{name}"]) for name, value_type in types.items()}
    names = {field.name for field in fields(kind)} - types.keys()
    fixed = {name: getattr(settings, name) for name in names & type(settings).model_fields.keys()}
    return Values(kind, typed, fixed)
