"""animator/timeline/plan.pyi, as text: what type checkers and editors know of `animator.timeline.plan`."""

from collections.abc import Iterator

from animator.settings.group import SettingsGroup
from animator.timeline.plan_parts import base_of, is_list, part_name, scheduled_groups, schedules_in

HEAD = '''\
"""The types of `animator.timeline.plan`, made from the settings by `python -m docs.build`: do not edit."""

from dataclasses import dataclass
from typing import Any

from animator.timeline.plan_parts import FramePlan, GuideImage

TYPES: dict[str, type[Any]]
'''


def plan_stub() -> str:
    """Returns the whole stub file."""
    groups = scheduled_groups()
    parts = [_class(part_name(group), _base(group), _values(group)) for group in groups.values()]
    return "\n".join([HEAD, *parts, _class("Plan", "FramePlan", _parts(groups))])


def _base(group: type[SettingsGroup]) -> str:
    base = base_of(group)
    return base.__name__ if base else ""


def _values(group: type[SettingsGroup]) -> Iterator[str]:
    for name, mark in schedules_in(group).items():
        yield f"{name}: {mark.value_type.__name__}"


def _parts(groups: dict[str, type[SettingsGroup]]) -> Iterator[str]:
    for name, group in groups.items():
        part = part_name(group)
        yield f"{name}: tuple[{part}, ...] = ()" if is_list(name) else f"{name}: {part}"


def _class(name: str, base: str, lines: Iterator[str]) -> str:
    head = f"class {name}({base}):" if base else f"class {name}:"
    return "\n".join(["@dataclass(frozen=True, kw_only=True)", head, *(f"    {line}" for line in lines), ""])
