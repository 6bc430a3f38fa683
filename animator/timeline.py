"""`Timeline`: the plans of a whole film.

Schedules are evaluated once over all frames, and a plan is cut out of the columns when it is asked for. So a
film can be printed, plotted, compared and checked before any model loads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from animator.config import Animation
from animator.config.group import Group
from animator.errors import PresetError, Problem
from animator.fields import Numbers
from animator.guide import Swing, deforum_share, leading, share
from animator.plan import (
    CameraPlan,
    ColorPlan,
    ControlPlan,
    DiffusionPlan,
    GuidedPlan,
    HybridPlan,
    MaskPlan,
    MotionPlan,
    NoisePlan,
    Plan,
    SharpenPlan,
)
from schedules import Schedule, ScheduleError, SeedBehavior, TextSchedule
from schedules.seeds import scheduled, seed_sequence

Column = NDArray[np.float64] | tuple[str, ...]
Part = TypeVar("Part")
_NUMBERS: Mapping[Any, Callable[[Any], object]] = {int: int, float: float}


class Timeline(Sequence[Plan]):
    """The plans of every frame of a film."""

    def __init__(self, animation: Animation) -> None:
        """Evaluates every schedule of the film.

        Raises:
            PresetError: With every schedule that has no value at some frame.
        """
        self.animation = animation
        self._columns = _columns(animation)
        self._guides = animation.guides
        self._prompts = animation.keyed_prompts.at(animation.scope)
        self.drawn = _drawn_frames(animation, self._columns["diffusion.cadence"])
        """The frames that are drawn, in order; the others are in-betweens."""
        self._seeds = _seeds(animation, self._columns["diffusion.seed_schedule"], self.drawn)

    def __len__(self) -> int:
        return self.animation.frames

    def __iter__(self) -> Iterator[Plan]:
        return (self.plan(frame) for frame in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self.plan(frame) for frame in range(*index.indices(len(self))))
        return self.plan(range(len(self))[index])

    def plan(self, frame: int) -> Plan:
        """The plan of one frame."""
        drawing = int(np.searchsorted(self.drawn, frame, side="right")) - 1
        start = int(self.drawn[drawing])
        return Plan(
            frame=frame,
            drawing=drawing,
            tween=(frame - start + 1) / self._planned_length(drawing),
            cut=self._cuts(frame),
            size=self.animation.size,
            prompt=self._prompts[frame],
            seed=self._seeds[drawing],
            diffusion=self._part(DiffusionPlan, "diffusion", frame),
            motion=self._part(MotionPlan, "motion", frame),
            camera=self._part(CameraPlan, "camera", frame),
            noise=self._part(NoisePlan, "noise", frame),
            color=self._part(ColorPlan, "color", frame),
            sharpen=self._part(SharpenPlan, "sharpen", frame),
            hybrid=self._part(HybridPlan, "hybrid", frame),
            mask=self._part(MaskPlan, "mask", frame),
            guided=self._guided(frame),
            controlnet=tuple(
                self._part(ControlPlan, f"controlnet.{unit}", frame)
                for unit in range(len(self.animation.controlnet))
            ),
        )

    def group(self, frame: int) -> tuple[Plan, ...]:
        """The plans from a drawn frame to the one before the next drawn frame.

        Args:
            frame: Index of a drawn frame.
        """
        drawing = int(np.searchsorted(self.drawn, frame))
        if drawing == len(self.drawn) or self.drawn[drawing] != frame:
            raise ValueError(f"frame {frame} is no drawn frame")
        ends = [*self.drawn[drawing + 1 : drawing + 2].tolist(), len(self)]
        return tuple(self.plan(i) for i in range(frame, ends[0]))

    def _planned_length(self, drawing: int) -> int:
        """Frames of a group, those cut off by the end of the film counted too: its fade keeps its pace."""
        start = int(self.drawn[drawing])
        if drawing + 1 < len(self.drawn):
            return int(self.drawn[drawing + 1]) - start
        return max(len(self) - start, int(self._columns["diffusion.cadence"][start]))

    def _cuts(self, frame: int) -> bool:
        return bool(self._columns[self._strength][frame] == 0.0) and not self.animation.compat

    @property
    def _strength(self) -> str:
        """The schedule that strengths come from; in the reference, that of guided images has no effect."""
        led = self._guides and not self.animation.compat
        return "guided.image_strength_schedule" if led else "diffusion.strength"

    def _value(self, path: str, frame: int) -> object:
        if path == "camera.aspect_ratio" and self.animation.camera.aspect_ratio_use_old_formula:
            return self.animation.size[0] / self.animation.size[1]
        if path != "diffusion.strength":
            return self._columns[path][frame]
        if frame == 0 and self.animation.begins_over_picture:
            return self.animation.init.strength
        return self._columns[self._strength][frame]

    def _guided(self, frame: int) -> GuidedPlan:
        if not self._guides:
            return GuidedPlan()
        middle, slope, length, colors = (
            float(self._columns[f"guided.{name}"][frame])
            for name in (
                "blend_factor_max",
                "blend_factor_slope",
                "tweening_frames_schedule",
                "color_correction_factor",
            )
        )
        share_at = deforum_share if self.animation.compat else share
        swung = share_at(self._guides, frame, Swing(middle, slope, length))
        return GuidedPlan(leading(self._guides, frame), swung, colors)

    def _part(self, kind: type[Part], group: str, frame: int) -> Part:
        values: dict[str, object] = {}
        for field in fields(kind):  # type: ignore[arg-type]  # every part is a dataclass
            value = self._value(f"{group}.{field.name}", frame)
            values[field.name] = value if field.type is str else _NUMBERS[field.type](value)
        return kind(**values)


def schedule_fields(animation: Animation) -> dict[str, Schedule | TextSchedule]:
    """Every schedule of the film by its path, such as `motion.zoom`."""
    found: dict[str, Schedule | TextSchedule] = {}
    for path, group in _groups(animation):
        for name in type(group).model_fields:
            value = getattr(group, name)
            if isinstance(value, Schedule | TextSchedule):
                found[f"{path}.{name}"] = value
    return found


def _groups(animation: Animation) -> Iterator[tuple[str, Group]]:
    """The groups of settings by their paths; those of a list have their place in it."""
    for name in type(animation).model_fields:
        value = getattr(animation, name)
        if isinstance(value, Group):
            yield name, value
    yield from ((f"controlnet.{place}", unit) for place, unit in enumerate(animation.controlnet))


def _columns(animation: Animation) -> Mapping[str, Column]:
    columns: dict[str, Column] = {}
    problems: list[Problem] = []
    for path, schedule in schedule_fields(animation).items():
        try:
            columns[path] = _held(animation, path, schedule.values(animation.scope))
        except ScheduleError as error:
            problems.append(Problem(animation.name, path, str(error)))
    if problems:
        raise PresetError(animation.name, tuple(problems))
    return columns


def range_of(animation: Animation, path: str) -> Numbers | None:
    """The range that a setting's values keep, such as that of `diffusion.strength`; None for texts."""
    group, _, name = path.rpartition(".")
    kinds = type(dict(_groups(animation))[group]).model_fields[name].metadata
    return next((kind for kind in kinds if isinstance(kind, Numbers)), None)


def _held(animation: Animation, path: str, column: Column) -> Column:
    """The column, cut to what the setting permits: with `compat` a schedule may leave its range."""
    numbers = range_of(animation, path)
    return column if numbers is None or isinstance(column, tuple) else numbers.held(column)


def _drawn_frames(animation: Animation, cadence: Column) -> NDArray[np.int64]:
    """The frames that are drawn: every cadence-th, and those with a prompt or strength key where asked."""
    drawn: list[int] = []
    frame = 0
    while frame < animation.frames:
        drawn.append(frame)
        frame += max(1, int(cadence[frame]))
    keys: set[int] = set()
    if animation.diffusion.cadence_keys:
        keyed = (animation.keyed_prompts, animation.diffusion.strength)
        keys = {key for schedule in keyed for key in schedule.key_frames(animation.scope)}
    inside = {key for key in keys if 0 <= key < animation.frames}
    return np.array(sorted(inside.union(drawn)), dtype=np.int64)


def _seeds(animation: Animation, column: Column, drawn: NDArray[np.int64]) -> Sequence[int]:
    """The seed of every drawing."""
    settings = animation.diffusion
    if settings.seed_behavior is SeedBehavior.SCHEDULE:
        return scheduled([float(column[frame]) for frame in drawn], compat=animation.compat)
    return seed_sequence(
        settings.seed_behavior,
        max(settings.seed, 0),
        len(drawn),
        iter_n=settings.seed_iter_n,
        compat=animation.compat,
    )
