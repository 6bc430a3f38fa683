"""Parts of a `Plan`: the frame's own fields, and one part for each settings group with schedules.

A schedule is declared once, in its group in `animator.settings`; the group's part has its value at the frame
under the same name.
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
"""Module from which the types are imported."""


@dataclass(frozen=True, kw_only=True)
class FramePlan:
    """The fields of a plan besides the groups' parts.

    Attributes:
        frame: Index in the film, from 0.
        generation_index: Index of the group's generation, from 0.
        tween: Weight of the group's new image in this frame, in (0, 1]; the rest is the old image's.
        cut: True at the start of a new scene: nothing of the last image is kept.
        size: Width and height in pixels.
        prompt: Positive and negative prompt.
        seed: Seed of the group's generation.
        steps: The film's `steps`, each with its values at this frame.
    """

    frame: int
    generation_index: int
    tween: float
    cut: bool
    size: tuple[int, int]
    prompt: PromptFrame
    seed: int
    steps: "tuple[Step, ...]" = ()


@dataclass(frozen=True, kw_only=True)
class GuideImage:
    """The guide image of a frame, derived from the schedules of `guided`.

    Attributes:
        image: Its path; empty without one.
        share: Its weight in the image that is diffused.
        color_share: Its weight in the colors that the generated image is matched to.
    """

    image: str = ""
    share: float = 0.0
    color_share: float = 0.0


_DERIVED: Mapping[type[SettingsGroup], type] = {Guided: GuideImage}
"""Fields of a part that are derived from its group's schedules."""


def base_of(group: type[SettingsGroup]) -> type | None:
    """Returns the class that a group's part extends; None for most."""
    return _DERIVED.get(group)


def schedules_in(group: type[SettingsGroup]) -> dict[str, ByFrame]:
    """Returns the schedules of a group by name."""
    return {
        name: mark
        for name, info in group.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, ByFrame)
    }


def scheduled_groups() -> dict[str, type[SettingsGroup]]:
    """Returns the groups with schedules by the name of their setting, which has one or a list of them."""
    groups: dict[str, type[SettingsGroup]] = {}
    for name, info in Animation.model_fields.items():
        kinds = (info.annotation, *get_args(info.annotation))
        group = next(
            (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, SettingsGroup)), None
        )
        if group is not None and schedules_in(group):
            groups[name] = group
    return groups


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
    types["Plan"] = _frozen("Plan", fields, (FramePlan,), "The values of all settings at one frame.")
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
