"""Groups of settings with schedules, which are declared once, as the fields of the group's part of a plan.

Such a part is a frozen dataclass. A field marked with a range or as text may change by frame: the settings
have a schedule of that name, the plan has its value. Image steps are declared in the same way.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import create_model

from animator.settings.fields import ByFrame, RangedSchedule, Texts
from animator.settings.group import SettingsGroup
from schedules import Schedule, TextSchedule

PlanPart = TypeVar("PlanPart")


class ScheduledGroup(SettingsGroup):
    """A group of settings that has the schedules of a part of the plan."""

    plan_type: ClassVar[type[Any]]
    """Class of the group's part of a plan."""

    def schedule(self, name: str) -> Schedule:
        """Returns the schedule of a number, which type checkers do not know as an attribute."""
        schedule: Schedule = getattr(self, name)
        return schedule

    def text_schedule(self, name: str) -> TextSchedule:
        """Returns the schedule of a text, which type checkers do not know as an attribute."""
        schedule: TextSchedule = getattr(self, name)
        return schedule


class Scheduled(ScheduledGroup, Generic[PlanPart]):
    """Base of a group of settings: `Scheduled[MotionPlan]` has the schedules of `MotionPlan`."""

    def __class_getitem__(cls, plan_type: Any) -> Any:
        hints = hints_of(plan_type)
        own: dict[str, Any] = {
            field.name: schedule_setting(hints[field.name], field)
            for field in fields(plan_type)
            if mark_of(hints[field.name])
        }
        group: type[ScheduledGroup] = create_model(
            plan_type.__name__,
            __base__=ScheduledGroup,
            __module__=__name__,
            __cls_kwargs__={"defer_build": True},  # never validates: only the group that extends it does
            **own,
        )
        group.model_config = ScheduledGroup.model_config
        group.plan_type = plan_type
        return group


def hints_of(kind: type[Any]) -> Mapping[str, Any]:
    """Returns the annotations of a dataclass by field, with their marks."""
    return get_type_hints(kind, include_extras=True)


def values_by_frame(kind: type[Any]) -> Mapping[str, type[Any]]:
    """Returns the type of each value of a plan's part, or of a step, that may change by frame."""
    return {name: get_args(hint)[0] for name, hint in hints_of(kind).items() if mark_of(hint)}


def mark_of(hint: Any) -> ByFrame | None:
    """Returns the schedule mark of a field; None if it is fixed for the film."""
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark for mark in marks if isinstance(mark, ByFrame)), None)


def schedule_setting(hint: Any, field: "Field[Any]") -> tuple[Any, Any]:
    """Returns the annotation and default in the settings of a field that may change by frame."""
    mark = mark_of(hint)
    schedule = TextSchedule if isinstance(mark, Texts) else Schedule
    annotation: Any = schedule
    for metadata in get_args(hint)[1:]:
        if isinstance(metadata, RangedSchedule) and get_args(hint)[0] is int:
            metadata = replace(metadata, is_whole=True)
        annotation = Annotated[annotation, metadata]
    if isinstance(mark, RangedSchedule) and mark.default:
        return annotation, schedule.parse(mark.default)
    return annotation, ... if field.default is MISSING else schedule.parse(field.default)
