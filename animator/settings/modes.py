"""What each mode is, as data: the only place where `mode` is read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from animator.settings import Animation


@dataclass(frozen=True)
class Mode:
    """One way to fill the slots.

    Attributes:
        source: What is redrawn: the last image, the clip's, or nothing.
        motion: How it moves: in the plane, in space, or not at all.
        prepares: True where colors, contrast, anti-blur and noise act before the drawing.
        matches: True where colors are matched after the drawing.
        morph: Easing by which prompts fade into each other; empty switches at keys.
        names_seed: False where the reference's schedules read `s` as -1 instead of the seed.
    """

    source: Literal["last", "clip", "nothing"]
    motion: Literal["plane", "space", "still"]
    prepares: bool
    matches: bool = True
    morph: str = ""
    names_seed: bool = True


MODES = {
    "2d": Mode("last", "plane", prepares=True),
    "3d": Mode("last", "space", prepares=True),
    "video": Mode("clip", "still", prepares=False),
    "interpolation": Mode(
        "nothing", "still", prepares=False, matches=False, morph="linear", names_seed=False
    ),
}


def mode_of(animation: "Animation") -> Mode:
    """What the film's mode is."""
    return MODES[animation.mode]
