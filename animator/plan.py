"""`Plan`: everything the settings say about one frame, as plain numbers and texts. Pure, no torch.

A `Timeline` holds the plans of a whole film: schedules are evaluated once over all frames, and a plan is
cut out of the columns when it is asked for. So a film can be printed, plotted, compared and checked before
any model loads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from animator.config import Animation
from animator.errors import PresetError, Problem
from schedules import PromptFrame, Schedule, ScheduleError, SeedBehavior, TextSchedule
from schedules.seeds import seed_sequence

Column = NDArray[np.float64] | tuple[str, ...]
Part = TypeVar("Part")


@dataclass(frozen=True)
class DiffusionPlan:
    """How this frame is redrawn; names as in the preset."""

    strength: float
    steps: int
    cfg_scale: float
    sampler: str


@dataclass(frozen=True)
class MotionPlan:
    """How the previous picture moves; degrees, pixels of the output, fractions for the centre."""

    angle: float
    zoom: float
    translation_x: float
    translation_y: float
    transform_center_x: float
    transform_center_y: float
    translation_z: float
    rotation_3d_x: float
    rotation_3d_y: float
    rotation_3d_z: float
    perspective_flip_theta: float
    perspective_flip_phi: float
    perspective_flip_gamma: float
    perspective_flip_fv: float


@dataclass(frozen=True)
class CameraPlan:
    """The lens of this frame; degrees, and Deforum's units for near and far."""

    fov: float
    near: float
    far: float
    aspect_ratio: float


@dataclass(frozen=True)
class NoisePlan:
    """Noise before the drawing."""

    amount: float


@dataclass(frozen=True)
class ColorPlan:
    """Colour work before the drawing."""

    contrast: float


@dataclass(frozen=True)
class SharpenPlan:
    """Anti-blur before the drawing."""

    amount: float
    kernel: int
    sigma: float
    threshold: float


@dataclass(frozen=True)
class Plan:
    """Everything the settings say about frame `frame`.

    Attributes:
        frame: Index in the film, from 0.
        drawing: Ordinal of the drawn frame that this frame's group begins with.
        tween: Weight of the group's new picture in this frame, in (0, 1]; the rest is the old picture's.
        size: Width and height in pixels.
        prompt: Positive and negative prompt.
        seed: Seed of the group's drawing.
    """

    frame: int
    drawing: int
    tween: float
    size: tuple[int, int]
    prompt: PromptFrame
    seed: int
    diffusion: DiffusionPlan
    motion: MotionPlan
    camera: CameraPlan
    noise: NoisePlan
    color: ColorPlan
    sharpen: SharpenPlan


class Timeline(Sequence[Plan]):
    """The plans of every frame of a film."""

    def __init__(self, animation: Animation) -> None:
        """Evaluates every schedule of the film.

        Raises:
            PresetError: With every schedule that has no value at some frame.
        """
        self.animation = animation
        self._columns = _columns(animation)
        self._prompts = animation.keyed_prompts.at(animation.scope)
        self._seeds = _seeds(animation, self._columns["diffusion.seed_schedule"])

    def __len__(self) -> int:
        return self.animation.frames

    def __iter__(self) -> Iterator[Plan]:
        return (self.plan(frame) for frame in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self.plan(frame) for frame in range(*index.indices(len(self))))
        frame = range(len(self))[index]
        return self.plan(frame)

    def plan(self, frame: int) -> Plan:
        """The plan of one frame."""
        cadence = self.animation.diffusion.cadence
        drawing, offset = divmod(frame, cadence)
        return Plan(
            frame=frame,
            drawing=drawing,
            tween=(offset + 1) / cadence,
            size=self.animation.size,
            prompt=self._prompts[frame],
            seed=self._seeds[drawing],
            diffusion=self._part(DiffusionPlan, "diffusion", frame),
            motion=self._part(MotionPlan, "motion", frame),
            camera=self._part(CameraPlan, "camera", frame),
            noise=self._part(NoisePlan, "noise", frame),
            color=self._part(ColorPlan, "color", frame),
            sharpen=self._part(SharpenPlan, "sharpen", frame),
        )

    def group(self, frame: int) -> tuple[Plan, ...]:
        """The plans from a drawn frame to the one before the next drawn frame.

        Args:
            frame: Index of a drawn frame: a multiple of the cadence.
        """
        cadence = self.animation.diffusion.cadence
        if frame % cadence:
            raise ValueError(f"frame {frame} is not drawn at cadence {cadence}")
        return tuple(self.plan(i) for i in range(frame, min(frame + cadence, len(self))))

    def _part(self, kind: type[Part], group: str, frame: int) -> Part:
        values: dict[str, object] = {}
        for field in fields(kind):  # type: ignore[arg-type]  # every part is a dataclass
            value = self._columns[f"{group}.{field.name}"][frame]
            values[field.name] = (
                int(value) if field.type is int else value if isinstance(value, str) else float(value)
            )
        return kind(**values)


def schedule_fields(animation: Animation) -> dict[str, Schedule | TextSchedule]:
    """Every schedule of the film by its path, such as `motion.zoom`."""
    found: dict[str, Schedule | TextSchedule] = {}
    for group_name in type(animation).model_fields:
        group = getattr(animation, group_name)
        for name in getattr(type(group), "model_fields", ()):
            value = getattr(group, name)
            if isinstance(value, Schedule | TextSchedule):
                found[f"{group_name}.{name}"] = value
    return found


def _columns(animation: Animation) -> Mapping[str, Column]:
    columns: dict[str, Column] = {}
    problems: list[Problem] = []
    for path, schedule in schedule_fields(animation).items():
        try:
            columns[path] = schedule.values(animation.scope)
        except ScheduleError as error:
            problems.append(Problem(animation.name, path, str(error)))
    if problems:
        raise PresetError(animation.name, tuple(problems))
    return columns


def _seeds(animation: Animation, scheduled: Column) -> Sequence[int]:
    """The seed of every drawing."""
    settings = animation.diffusion
    if settings.seed_behavior is SeedBehavior.SCHEDULE:
        return [int(value) for value in scheduled[:: settings.cadence]]
    return seed_sequence(
        settings.seed_behavior,
        max(settings.seed, 0),
        -(-animation.frames // settings.cadence),
        iter_n=settings.seed_iter_n,
        compat=animation.compat,
    )
