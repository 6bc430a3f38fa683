"""Settings that change how the U-Net computes: FreeU and deep shrink."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from animator.settings.effect import Condition, Fact, Switch
from animator.settings.fields import Positive, RangedSchedule, Unit
from animator.settings.group import StrictBool
from animator.settings.needs import Is
from animator.settings.scheduled import Scheduled, ScheduledGroup

if TYPE_CHECKING:
    from animator.settings.animation import Animation


def _has_steps(film: "Animation", group: str) -> bool:
    settings: ScheduledGroup = getattr(film, group)
    start, end = (settings.schedule(name).values(film.scope) for name in ("start", "end"))
    return bool(np.any(start < end))


_FREEU = Fact(partial(_has_steps, group="freeu"), "freeu.start below freeu.end")
_DEEP_SHRINK = Fact(partial(_has_steps, group="deep_shrink"), "deep_shrink.start below deep_shrink.end")


@dataclass(frozen=True, kw_only=True)
class FreeUPlan:
    """The values of `FreeU` at one frame.

    Attributes:
        enabled: True in a film that uses it.
    """

    enabled: bool = False
    b1: Positive = 1.3
    """Factor of the backbone's features in the coarsest stage; above 1 for clearer shapes."""
    b2: Positive = 1.4
    """The same in the next stage."""
    s1: Positive = 0.9
    """Factor of the skip connections' low frequencies in the coarsest stage; below 1 against smooth areas."""
    s2: Positive = 0.2
    """The same in the next stage."""
    start: Unit = 0
    """Fraction of the sampler steps at which it begins."""
    end: Unit = 1
    """Fraction of the sampler steps at which it ends; up to `start`, the frame has none of it."""


class FreeU(Scheduled[FreeUPlan]):
    """FreeU (Si et al. 2023): other weights in the two coarsest stages of the U-Net."""

    effective_when: ClassVar[Condition] = Is("enabled", (True,))

    enabled: Annotated[StrictBool, Switch(_FREEU)] = False
    """Use it. It needs Stable Diffusion 1, 2 or XL, and no `diffusion.speed: compiled`."""


@dataclass(frozen=True, kw_only=True)
class DeepShrinkPlan:
    """The values of `DeepShrink` at one frame.

    Attributes:
        enabled: True in a film that uses it.
    """

    enabled: bool = False
    block: Annotated[int, RangedSchedule(0.0)] = 3
    """Input block of the U-Net behind which the grid is smaller: 0 to 11 for Stable Diffusion 1 and 2, 0 to 8
    for SDXL."""
    factor: Annotated[float, RangedSchedule(1.0)] = 2
    """Width and height of the grid are divided by this."""
    start: Unit = 0
    """Fraction of the sampler steps at which it begins."""
    end: Unit = 0.35
    """Fraction of the sampler steps at which it ends; up to `start`, the frame has none of it."""


class DeepShrink(Scheduled[DeepShrinkPlan]):
    """Kohya's high-resolution fix: first steps on a smaller grid, for frames larger than the model's own."""

    effective_when: ClassVar[Condition] = Is("enabled", (True,))

    enabled: Annotated[StrictBool, Switch(_DEEP_SHRINK)] = False
    """Use it. It needs Stable Diffusion 1, 2 or XL, no `diffusion.speed: compiled` and no ControlNet."""
