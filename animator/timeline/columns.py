"""Evaluates the schedules and prompts of a film over all frames. Pure, no torch."""

from collections.abc import Iterator

import numpy as np

from animator.errors import PresetError, Problem
from animator.settings import Animation
from animator.settings.fields import RangedSchedule
from animator.settings.group import SettingsGroup
from animator.settings.raw import LISTS
from animator.timeline.values import Column, Columns
from schedules import PromptFrame, Schedule, ScheduleError, TextSchedule


def schedule_fields(animation: Animation) -> dict[str, Schedule | TextSchedule]:
    """Returns every schedule of the film by its path, such as `motion.zoom`."""
    schedules: dict[str, Schedule | TextSchedule] = {}
    for path, group in _groups(animation):
        for name in type(group).model_fields:
            value = getattr(group, name)
            if isinstance(value, Schedule | TextSchedule):
                schedules[f"{path}.{name}"] = value
    return schedules


def _groups(animation: Animation) -> Iterator[tuple[str, SettingsGroup]]:
    """Yields the groups of settings by their paths; those of a list end with an index."""
    for name in type(animation).model_fields:
        value = getattr(animation, name)
        if isinstance(value, SettingsGroup):
            yield name, value
    for name in LISTS:
        yield from ((f"{name}.{index}", item) for index, item in enumerate(getattr(animation, name)))


def prompts_of(animation: Animation) -> tuple[PromptFrame, ...]:
    """Returns the prompts of each frame; formulas in wildcard files are only known here.

    Raises:
        PresetError: A prompt cannot be evaluated.
    """
    try:
        return animation.keyed_prompts.at(animation.scope)
    except ScheduleError as error:
        raise PresetError(animation.name, (Problem(animation.name, "prompts", str(error)),)) from error


def columns_of(animation: Animation) -> Columns:
    """Returns the values of every schedule at all frames, by its path.

    Raises:
        PresetError: Schedules cannot be evaluated at some frame; lists all of them.
    """
    columns: dict[str, Column] = {}
    problems: list[Problem] = []
    for path, schedule in schedule_fields(animation).items():
        try:
            columns[path] = column_of(animation, path, schedule.values(animation.scope))
        except ScheduleError as error:
            problems.append(Problem(animation.name, path, str(error)))
    if problems:
        raise PresetError(animation.name, tuple(problems))
    return columns


def column_of(animation: Animation, path: str, values: Column) -> Column:
    """Returns the values of a schedule at all frames, clamped to the range of its setting.

    Raises:
        ScheduleError: A number that has to be whole is infinite at some frame.
    """
    column = _clamp(animation, path, values)
    _check_whole(animation, path, column)
    return column


def range_of(animation: Animation, path: str) -> RangedSchedule | None:
    """Returns the range of a scheduled setting such as `diffusion.strength`; None for texts."""
    name, *inner, setting = path.split(".")
    group = getattr(animation, name)
    for index in inner:  # a group of a list
        group = group[int(index)]
    kinds = type(group).model_fields[setting].metadata
    return next((kind for kind in kinds if isinstance(kind, RangedSchedule)), None)


def _clamp(animation: Animation, path: str, column: Column) -> Column:
    """Returns the column clamped to its range, which a schedule may leave with `compat`."""
    numbers = range_of(animation, path)
    return column if numbers is None or isinstance(column, tuple) else numbers.clamp(column)


def _check_whole(animation: Animation, path: str, column: Column) -> None:
    """Checks that a column of whole numbers has no infinite one, which schedules may have with `compat`."""
    numbers = range_of(animation, path)
    if numbers is None or not numbers.is_whole or isinstance(column, tuple) or np.isfinite(column).all():
        return
    frame = int(np.argmin(np.isfinite(column)))
    raise ScheduleError(f"the value is {column[frame]:g}; expected a whole number", frame=frame)
