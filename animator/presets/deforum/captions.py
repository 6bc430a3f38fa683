"""The words, seeds and prompts of Deforum's subtitles.

Source: observed files. Deforum writes the subtitle of a frame before it generates the frame or, with cadence,
those of a group of in-betweens when it comes to the next group, which it does not for the last frames.
"""

from collections.abc import Iterator

import numpy as np

from animator.settings import Animation
from animator.timeline.timeline import Timeline
from schedules import SeedBehavior
from schedules.seeds import seed_sequence


def caption_words(timeline: Timeline) -> list[str]:
    """Returns the text after `Cadence:` of each subtitle."""
    if _has_cadence(timeline):
        return [str(timeline.is_tween(frame)) for frame in range(_count(timeline))]
    return ["false"] * len(timeline)


def caption_seeds(timeline: Timeline) -> list[int]:
    """Returns the seed of each subtitle: the one that follows the seed of the last generated frame.

    A seed that Parseq gives is not in it yet: Deforum takes that one over as it generates the frame.
    """
    ready, ahead = _seeds_ready(timeline), int(_has_cadence(timeline))
    groups = np.searchsorted(timeline.generated_frames, np.arange(_count(timeline)), side="right") - 1
    return [ready[group + ahead] for group in groups.tolist()]


def caption_prompts(timeline: Timeline) -> tuple[str, ...]:
    """Returns the prompt of each frame as Deforum shows it."""
    animation = timeline.animation
    bare = animation.output.subtitle_values.bare_prompts
    return animation.keyed_prompts.as_written(animation.scope, combined=not bare)


def _has_cadence(timeline: Timeline) -> bool:
    return bool(np.asarray(timeline.column("diffusion.cadence"), dtype=np.float64).max() > 1)


def _count(timeline: Timeline) -> int:
    """Returns the number of subtitles: with cadence, that of the frames before the last generated one."""
    return int(timeline.generated_frames[-1]) if _has_cadence(timeline) else len(timeline)


def _seeds_ready(timeline: Timeline) -> list[int]:
    """Returns the seed that Deforum has before each generation."""
    animation = timeline.animation
    own = list(timeline.seeds)
    behavior = animation.output.subtitle_values.seed_behavior
    if behavior is None or animation.diffusion.seed_behavior is not SeedBehavior.SCHEDULE:
        return own
    return [max(animation.diffusion.seed, 0), *_following(own, behavior, animation)]


def _following(seeds: list[int], behavior: SeedBehavior, animation: Animation) -> Iterator[int]:
    """Yields the seed that follows each but the last one."""
    iter_n = animation.diffusion.seed_iter_n
    counted = seed_sequence(behavior, 0, len(seeds), iter_n=iter_n, compat=True)
    for seed, before, after in zip(seeds, counted, counted[1:], strict=False):
        yield seed + after - before
