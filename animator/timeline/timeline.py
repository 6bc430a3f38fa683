"""`Timeline`: the plans of a whole film.

Schedules are evaluated once over all frames, into columns; a plan is assembled from them on access. So a film
can be printed, plotted, compared and checked before any model loads.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from animator.errors import PresetError, Problem
from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.fields import RangedSchedule
from animator.settings.group import SettingsGroup
from animator.timeline.guided import BLEND_WEIGHTS, BlendCurve, guide_image
from animator.timeline.palettes import PaletteShare, PromptPalettes
from animator.timeline.plan import Plan
from animator.timeline.values import Column, Columns, lists_of, parts_of
from schedules import PromptFrame, Schedule, ScheduleError, SeedBehavior, TextSchedule
from schedules.seeds import seed_sequence, seeds_of_schedule


class Timeline(Sequence[Plan]):
    """The plans of every frame of a film."""

    def __init__(self, animation: Animation) -> None:
        """Evaluates every schedule of the film.

        Raises:
            PresetError: Schedules cannot be evaluated at some frame; lists all of them.
        """
        self.animation = animation
        self._rules = rules_of(animation)
        self._columns = _columns(animation)
        self._guides = animation.guides
        self._plan_columns = {**self._columns, **self._overrides()}
        self._parts = parts_of(animation, self._plan_columns)
        self._lists = lists_of(animation, self._plan_columns)
        self._prompts = _prompts(animation)
        self.generated_frames = self._with_cuts(
            _generated_frames(animation, self._columns["diffusion.cadence"])
        )
        """The frames that are generated, in order; the others are in-betweens."""
        self._seeds = _seeds(animation, self._columns["diffusion.seed_schedule"], self.generated_frames)
        self._palettes = self._prompt_palettes() if animation.color.follows_prompts else None

    def __len__(self) -> int:
        return self.animation.frames

    def __iter__(self) -> Iterator[Plan]:
        return (self.plan(frame) for frame in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Plan: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Plan, ...]: ...

    def __getitem__(self, index: int | slice) -> Plan | tuple[Plan, ...]:
        if isinstance(index, slice):
            return tuple(self.plan(frame) for frame in range(*index.indices(len(self))))
        return self.plan(range(len(self))[index])

    def plan(self, frame: int) -> Plan:
        """Returns the plan of one frame."""
        index = int(np.searchsorted(self.generated_frames, frame, side="right")) - 1
        start = int(self.generated_frames[index])
        return Plan(
            frame=frame,
            generation_index=index,
            tween=(frame - start + 1) / self._planned_length(index),
            cut=self._is_cut(frame),
            size=self.animation.size,
            prompt=self._prompts[frame],
            seed=self._seeds[index],
            palettes=self._palettes_at(frame),
            **self._parts_at(frame),
        )

    def column(self, path: str) -> Column:
        """Returns the values of a schedule such as `diffusion.steps` in the plans of all frames (frames,)."""
        return self._plan_columns[path]

    def prompt(self, frame: int) -> PromptFrame:
        """Returns the prompts of one frame."""
        return self._prompts[frame]

    def group(self, frame: int) -> tuple[Plan, ...]:
        """Returns the plans from a generated frame to the one before the next generated frame.

        Args:
            frame: Index of a generated frame.

        Raises:
            ValueError: The frame is an in-between.
        """
        index = int(np.searchsorted(self.generated_frames, frame))
        if index == len(self.generated_frames) or self.generated_frames[index] != frame:
            raise ValueError(f"frame {frame} is not a generated frame")
        ends = [*self.generated_frames[index + 1 : index + 2].tolist(), len(self)]
        return tuple(self.plan(i) for i in range(frame, ends[0]))

    def _planned_length(self, index: int) -> int:
        """Returns the length of a group, with frames past the end of the film: its fade keeps its pace."""
        start = int(self.generated_frames[index])
        if index + 1 < len(self.generated_frames):
            return int(self.generated_frames[index + 1]) - start
        return max(len(self) - start, int(self._columns["diffusion.cadence"][start]))

    def _with_cuts(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the generated frames, with those at which strength falls to 0 between two of them.

        Where strength stays 0 up to the next generated frame, the cut is there, and one is enough.
        """
        if not self._rules.zero_strength_cuts:
            return frames
        zero = np.asarray(self._columns[self._strength], dtype=np.float64) == 0.0
        starts = np.flatnonzero(zero[1:] & ~zero[:-1]) + 1
        ends = np.append(np.flatnonzero(zero[:-1] & ~zero[1:]) + 1, len(zero))
        until = ends[np.searchsorted(ends, starts, side="right")]
        missing = np.searchsorted(frames, starts) == np.searchsorted(frames, until)
        return np.union1d(frames, starts[missing])

    def _is_cut(self, frame: int) -> bool:
        return self._rules.zero_strength_cuts and bool(self._columns[self._strength][frame] == 0.0)

    def _prompt_palettes(self) -> PromptPalettes:
        keys = self.animation.keyed_prompts.key_frames(self.animation.scope)
        return PromptPalettes(
            keys=keys,
            switches=frozenset(key for key in keys if key > 0 and not self._prompts[key - 1].blend),
            scenes=[frame for frame in self.generated_frames.tolist() if self._is_cut(frame)],
            transition=self.animation.color.transition,
        )

    def _palettes_at(self, frame: int) -> tuple[PaletteShare, ...]:
        if self._palettes is None:
            return ()
        blend = self._prompts[frame].blend
        return self._palettes.at(frame, blend[1][2] if blend else 0.0)

    @property
    def _strength(self) -> str:
        """Path of the strength schedule; in Deforum, that of guided images has no effect."""
        guided = self._guides and self._rules.guides_set_strength
        return "guided.image_strength_schedule" if guided else "diffusion.strength"

    def _overrides(self) -> Columns:
        """Returns the columns that other settings override."""
        film = self.animation
        strength = np.array(self._columns[self._strength], dtype=np.float64)
        if film.begins_over_image:
            strength[0] = film.init.strength
        columns: dict[str, Column] = {"diffusion.strength": strength}
        if film.camera.aspect_ratio_use_old_formula:
            columns["camera.aspect_ratio"] = np.full(film.frames, film.size[0] / film.size[1])
        return columns

    def _parts_at(self, frame: int) -> dict[str, Any]:
        """Returns the parts of a plan, by the name of their settings group or list of groups."""
        return {
            **{
                name: values.at(frame, self._guided_values(name, frame))
                for name, values in self._parts.items()
            },
            **{name: tuple(one.at(frame) for one in items) for name, items in self._lists.items()},
        }

    def _guided_values(self, group: str, frame: int) -> Mapping[str, object]:
        """Returns the derived values of a group's part: the guide image of `guided`."""
        if group != "guided" or not self._guides:
            return {}
        middle, slope, length, colors = (
            float(self._columns[f"guided.{name}"][frame])
            for name in (
                "blend_factor_max",
                "blend_factor_slope",
                "tweening_frames_schedule",
                "color_correction_factor",
            )
        )
        weight = BLEND_WEIGHTS[self._rules.name](self._guides, frame, BlendCurve(middle, slope, length))
        return {"image": guide_image(self._guides, frame), "share": weight, "color_share": colors}


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
    for name in ("controlnet", "steps"):
        yield from ((f"{name}.{index}", item) for index, item in enumerate(getattr(animation, name)))


def _prompts(animation: Animation) -> tuple[PromptFrame, ...]:
    """Returns the prompts of each frame; formulas in wildcard files are only known here."""
    try:
        return animation.keyed_prompts.at(animation.scope)
    except ScheduleError as error:
        raise PresetError(animation.name, (Problem(animation.name, "prompts", str(error)),)) from error


def _columns(animation: Animation) -> Columns:
    columns: dict[str, Column] = {}
    problems: list[Problem] = []
    for path, schedule in schedule_fields(animation).items():
        try:
            columns[path] = _clamp(animation, path, schedule.values(animation.scope))
            _check_whole(animation, path, columns[path])
        except ScheduleError as error:
            problems.append(Problem(animation.name, path, str(error)))
    if problems:
        raise PresetError(animation.name, tuple(problems))
    return columns


def range_of(animation: Animation, path: str) -> RangedSchedule | None:
    """Returns the range of a scheduled setting such as `diffusion.strength`; None for texts."""
    group, _, name = path.rpartition(".")
    kinds = type(dict(_groups(animation))[group]).model_fields[name].metadata
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


def _generated_frames(animation: Animation, cadence: Column) -> NDArray[np.int64]:
    """Returns the frames to generate: one per cadence, and keys of prompts and strength if `cadence_keys`."""
    frames: list[int] = []
    frame = 0
    while frame < animation.frames:
        frames.append(frame)
        frame += max(1, int(cadence[frame]))
    keys: set[int] = set()
    if animation.diffusion.cadence_keys:
        keyed = (animation.keyed_prompts, animation.diffusion.schedule("strength"))
        keys = {key for schedule in keyed for key in schedule.key_frames(animation.scope)}
    inside = {key for key in keys if 0 <= key < animation.frames}
    return np.array(sorted(inside.union(frames)), dtype=np.int64)


def _seeds(animation: Animation, column: Column, frames: NDArray[np.int64]) -> Sequence[int]:
    """Returns the seed of every generated frame."""
    settings, compat = animation.diffusion, rules_of(animation).schedules_compat
    if settings.seed_behavior is SeedBehavior.SCHEDULE:
        return seeds_of_schedule([float(column[frame]) for frame in frames], compat=compat)
    return seed_sequence(
        settings.seed_behavior,
        max(settings.seed, 0),
        len(frames),
        iter_n=settings.seed_iter_n,
        compat=compat,
    )
