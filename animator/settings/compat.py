"""The rules that `compat` changes in a film's plans, as data: the only place where `compat` is read.

The steps of the loop also differ; their table, `animator.loop.build.compat`, is keyed by `Rules.name`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from schedules import Scope

if TYPE_CHECKING:
    from animator.settings import Animation

RulesName = Literal["own", "deforum"]


@dataclass(frozen=True)
class Rules:
    """The rules by which the settings of a film become plans.

    Attributes:
        name: Key of the tables in which higher layers keep their own differences.
        schedules_compat: `compat` of the library `schedules`, for the scope and the seeds.
        unnamed_seed: Value of `s` in modes whose schedules cannot see the seed; None stands for the seed.
        checks_ranges: True if a schedule outside its range is an error; otherwise its values are clipped.
        sorts_images: True if images by frame are sorted; otherwise they keep their written order.
        model_decides: True if the model decides the size, steps and the like that a preset leaves open.
        fills_wildcards: True if `__name__` in a prompt is replaced from a file.
        zero_strength_cuts: True if a strength of 0 starts a new scene.
        splits_at_clip_cuts: True if in-betweens do not fade or move over a hard cut of the clip.
        guides_set_strength: True if guide images bring their own strength schedule.
        deforum_subtitles: True if subtitles are worded as Deforum's, and show what its settings file says.
        exports_source: True if a Deforum settings file gets schedules and prompts as they were written.
        repeats_first_seed: True if `seed_iter_n` also applies to the first seed.
    """

    name: RulesName
    schedules_compat: bool
    unnamed_seed: int | None
    checks_ranges: bool
    sorts_images: bool
    model_decides: bool
    fills_wildcards: bool
    zero_strength_cuts: bool
    splits_at_clip_cuts: bool
    guides_set_strength: bool
    deforum_subtitles: bool
    exports_source: bool
    repeats_first_seed: bool


OWN = Rules(
    name="own",
    schedules_compat=False,
    unnamed_seed=None,
    checks_ranges=True,
    sorts_images=True,
    model_decides=True,
    fills_wildcards=True,
    zero_strength_cuts=True,
    splits_at_clip_cuts=True,
    guides_set_strength=True,
    deforum_subtitles=False,
    exports_source=False,
    repeats_first_seed=True,
)

DEFORUM = Rules(
    name="deforum",
    schedules_compat=True,
    unnamed_seed=-1,
    checks_ranges=False,
    sorts_images=False,
    model_decides=False,
    fills_wildcards=False,
    zero_strength_cuts=False,
    splits_at_clip_cuts=False,
    guides_set_strength=False,
    deforum_subtitles=True,
    exports_source=True,
    repeats_first_seed=False,
)


def rules_of(animation: "Animation") -> Rules:
    """Returns the rules of a film."""
    return DEFORUM if animation.compat else OWN


def rules_in(values: Mapping[str, Any]) -> Rules:
    """Returns the rules of a preset from its plain values, before validation."""
    return DEFORUM if values.get("compat") is True else OWN


def rules_within(scope: Scope) -> Rules:
    """Returns the rules of the film that a scope belongs to."""
    return DEFORUM if scope.compat else OWN
