"""What a `Plan` is made of: facts of the frame, and a part for each group of settings that has schedules.

A schedule is declared once, in its group in `animator.settings`; its part has the value at the frame by the
same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_origin

from animator.settings import Animation
from animator.settings.fields import ByFrame
from animator.settings.group import SettingsGroup
from animator.settings.guided import Guided
from schedules import PromptFrame

if TYPE_CHECKING:
    from animator.loop.pipeline import Step

HOME = "animator.timeline.plan"
"""The module that the types are in for whoever imports them."""


@dataclass(frozen=True, kw_only=True)
class FramePlan:
    """What a plan has besides the values of the groups.

    Attributes:
        frame: Index in the film, from 0.
        drawing: Ordinal of the drawn frame that this frame's group begins with.
        tween: Weight of the group's new image in this frame, in (0, 1]; the rest is the old image's.
        cut: True where a new scene begins: nothing of the last image is kept.
        size: Width and height in pixels.
        prompt: Positive and negative prompt.
        seed: Seed of the group's drawing.
        steps: The film's `steps`, each with its values at this frame.
    """

    frame: int
    drawing: int
    tween: float
    cut: bool
    size: tuple[int, int]
    prompt: PromptFrame
    seed: int
    steps: "tuple[Step, ...]" = ()


@dataclass(frozen=True, kw_only=True)
class Lead:
    """The image that leads a guided film at a frame, worked out from the schedules of `guided`.

    Attributes:
        image: Its path; empty where none does.
        share: Its share in the image that is redrawn.
        color_share: Its share in the colors that the drawing is given.
    """

    image: str = ""
    share: float = 0.0
    color_share: float = 0.0


_WORKED_OUT: Mapping[type[SettingsGroup], type] = {Guided: Lead}
"""What a part has besides the values of its group's schedules."""


def base_of(group: type[SettingsGroup]) -> type | None:
    """Returns the class that a group's part extends; None for most."""
    return _WORKED_OUT.get(group)


def schedules_in(group: type[SettingsGroup]) -> dict[str, ByFrame]:
    """Returns the schedules of a group by name."""
    return {
        name: mark
        for name, info in group.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, ByFrame)
    }


def scheduled_groups() -> dict[str, type[SettingsGroup]]:
    """Returns the groups of a film that have schedules, by the setting that holds one or a list of them."""
    found: dict[str, type[SettingsGroup]] = {}
    for name, info in Animation.model_fields.items():
        kinds = (info.annotation, *get_args(info.annotation))
        group = next(
            (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, SettingsGroup)), None
        )
        if group is not None and schedules_in(group):
            found[name] = group
    return found


def is_list(name: str) -> bool:
    """Returns True for a setting that holds a list of groups, such as `controlnet`."""
    return get_origin(Animation.model_fields[name].annotation) is tuple


def part_name(group: type[SettingsGroup]) -> str:
    """Returns the name of a group's part, such as MotionPlan for Motion."""
    return f"{group.__name__}Plan"


def plan_types() -> dict[str, type[Any]]:
    """Returns `Plan` and its parts by name."""
    groups = scheduled_groups()
    parts = {name: part_type(group) for name, group in groups.items()}
    types: dict[str, type[Any]] = {part.__name__: part for part in parts.values()}
    fields: list[tuple[str, Any, Any]] = [
        (name, tuple[part, ...], field(default=())) if is_list(name) else (name, part, field())  # type: ignore[valid-type]  # a type that is made here
        for name, part in parts.items()
    ]
    types["Plan"] = _frozen("Plan", fields, (FramePlan,), "Everything the settings say about one frame.")
    return types


def part_type(group: type[SettingsGroup]) -> type[Any]:
    """Returns the class of a group's part."""
    fields = [(name, mark.value_type, field()) for name, mark in schedules_in(group).items()]
    base = base_of(group)
    doc = f"The values of `{group.__name__}` at one frame; names as in the preset."
    return _frozen(part_name(group), fields, (base,) if base else (), doc)


def _frozen(name: str, fields: list[tuple[str, Any, Any]], bases: tuple[type, ...], doc: str) -> type[Any]:
    namespace = {"__doc__": doc, "__module__": HOME}
    return make_dataclass(name, fields, bases=bases, namespace=namespace, frozen=True, kw_only=True)
