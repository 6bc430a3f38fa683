"""The frames of a film that are generated, and their seeds. Pure, no torch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.modes import mode_of
from animator.timeline.values import Column
from schedules import SeedBehavior
from schedules.seeds import MAX_SEED, seed_sequence, seeds_of_schedule


def frames_to_generate(animation: Animation, cadence: Column) -> NDArray[np.int64]:
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


def scene_cuts(animation: Animation) -> tuple[int, ...]:
    """Returns the frames on which `cuts` begins a new scene, in modes that keep the last image."""
    return animation.cut_frames if mode_of(animation).source == "last" else ()


def with_cuts(frames: NDArray[np.int64], strength: Column) -> NDArray[np.int64]:
    """Returns the generated frames, with those at which strength falls to 0 between two of them.

    Where strength stays 0 up to the next generated frame, the cut is there, and one is enough.

    Args:
        frames: Generated frames, ascending.
        strength: The strength at every frame of the film.
    """
    zero = np.asarray(strength, dtype=np.float64) == 0.0
    starts = np.flatnonzero(zero[1:] & ~zero[:-1]) + 1
    ends = np.append(np.flatnonzero(zero[:-1] & ~zero[1:]) + 1, len(zero))
    until = ends[np.searchsorted(ends, starts, side="right")]
    missing = np.searchsorted(frames, starts) == np.searchsorted(frames, until)
    return np.array(sorted({*frames.tolist(), *starts[missing].tolist()}), dtype=np.int64)


def seeds_of(animation: Animation, column: Column, frames: NDArray[np.int64]) -> Sequence[int]:
    """Returns the seed of every generated frame; a fixed seed is another one in each scene."""
    settings, compat = animation.diffusion, rules_of(animation).schedules_compat
    if settings.seed_behavior is SeedBehavior.SCHEDULE:
        return seeds_of_schedule([float(column[frame]) for frame in frames], compat=compat)
    seeds = seed_sequence(
        settings.seed_behavior,
        max(settings.seed, 0),
        len(frames),
        iter_n=settings.seed_iter_n,
        compat=compat,
    )
    cuts = scene_cuts(animation)
    if settings.seed_behavior is not SeedBehavior.FIXED or not cuts:
        return seeds
    scenes = np.searchsorted(np.array(cuts), frames, side="right").tolist()
    return [(seed + scene) % (MAX_SEED + 1) for seed, scene in zip(seeds, scenes, strict=True)]
