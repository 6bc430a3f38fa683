"""`Timeline`: the plans of a whole film.

Schedules are evaluated once over all frames, into columns; a plan is assembled from them on access. So a film
can be printed, plotted, compared and checked before any model loads.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np

from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.timeline.camera import MAGNIFICATION
from animator.timeline.columns import columns_of, prompts_of
from animator.timeline.generated import frames_to_generate, scene_cuts, seeds_of, with_cuts
from animator.timeline.guided import BLEND_WEIGHTS, BlendCurve, guide_image
from animator.timeline.image_keys import followed_images
from animator.timeline.overrides import overrides, strength_path
from animator.timeline.palettes import PaletteShare, PromptPalettes
from animator.timeline.plan import Plan
from animator.timeline.values import Column, lists_of, parts_of
from schedules import PromptFrame


class Timeline(Sequence[Plan]):
    """The plans of every frame of a film."""

    def __init__(self, animation: Animation) -> None:
        """Evaluates every schedule of the film.

        Raises:
            PresetError: Schedules cannot be evaluated at some frame; lists all of them.
        """
        self.animation = animation
        self._rules = rules_of(animation)
        self._columns = columns_of(animation)
        self._guides = animation.guides
        self._strength = strength_path(animation)
        self.plan_columns = {**self._columns, **overrides(animation, self._columns.__getitem__)}
        """The value at every frame, by the path of its schedule, as plans have it."""
        self._parts = parts_of(animation, self.plan_columns)
        self._lists = lists_of(animation, self.plan_columns)
        self._image_keys = [list(unit.image.keyframes(animation.scope)) for unit in animation.ip_adapter]
        self._prompts = prompts_of(animation)
        frames = frames_to_generate(animation, self._columns["diffusion.cadence"])
        cuts = self._rules.zero_strength_cuts
        frames = with_cuts(frames, self._columns[self._strength]) if cuts else frames
        self._cuts = scene_cuts(animation)
        self.generated_frames = np.array(sorted({*frames.tolist(), *self._cuts}), dtype=np.int64)
        """The frames that are generated, in order; the others are in-betweens."""
        self.seeds = seeds_of(animation, self._columns["diffusion.seed_schedule"], self.generated_frames)
        """The seed of each generated frame."""
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
            seed=self.seeds[index],
            seed_resize_from=self.animation.diffusion.seed_resize_from,
            palettes=self._palettes_at(frame),
            **self._parts_at(frame),
        )

    def column(self, path: str) -> Column:
        """Returns the values of a schedule such as `diffusion.steps` in the plans of all frames (frames,)."""
        return self.plan_columns[path]

    def prompt(self, frame: int) -> PromptFrame:
        """Returns the prompts of one frame."""
        return self._prompts[frame]

    def is_tween(self, frame: int) -> bool:
        """Returns True for the frames of a group but its last, which shows the generated image alone."""
        index = int(np.searchsorted(self.generated_frames, frame, side="right"))
        ends = [*self.generated_frames[index : index + 1].tolist(), len(self)]
        return bool(frame + 1 < ends[0])

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

    def _is_cut(self, frame: int) -> bool:
        is_zero = self._rules.zero_strength_cuts and bool(self._columns[self._strength][frame] == 0.0)
        return is_zero or frame in self._cuts

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

    def _parts_at(self, frame: int) -> dict[str, Any]:
        """Returns the parts of a plan, by the name of their settings group or list of groups."""
        return {
            **{
                name: values.at(frame, self._derived_values(name, frame))
                for name, values in self._parts.items()
            },
            **{
                name: tuple(one.at(frame, self._item_values(name, i, frame)) for i, one in enumerate(items))
                for name, items in self._lists.items()
            },
        }

    def _item_values(self, name: str, index: int, frame: int) -> Mapping[str, object]:
        """Returns the values of a list's item that no schedule has: which images of a unit act."""
        if name != "ip_adapter" or not self._image_keys[index]:
            return {}
        return followed_images(self._image_keys[index], frame, self.animation.ip_adapter[index].fade)

    def _derived_values(self, group: str, frame: int) -> Mapping[str, object]:
        """Returns the values of a group's part that no schedule has: `guided`'s image, `camera`'s lens."""
        if group == "camera" and MAGNIFICATION in self.plan_columns:
            return {"magnification": float(self.plan_columns[MAGNIFICATION][frame])}
        return self._guided_values(frame) if group == "guided" and self._guides else {}

    def _guided_values(self, frame: int) -> Mapping[str, object]:
        """Returns the guide image of a frame, and its shares."""
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
