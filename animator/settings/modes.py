"""The modes, as data: the only place where `mode` is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from animator.settings import Animation


@dataclass(frozen=True)
class Mode:
    """One way to build the loop.

    Attributes:
        source: Input of each generation: the last image, the clip's, or nothing.
        motion: Kind of motion: in the plane, in space, or none.
        prepares: True if colors, contrast, anti-blur and noise are applied before the generation.
        matches: True if colors are matched after the generation.
        morph: Easing with which prompts blend; empty switches at the keys.
        names_seed: False if Deforum's schedules read `s` as -1 instead of the seed.
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


def carries_images(values: Mapping[str, Any]) -> bool:
    """Returns True if a draft's mode makes each image from the last one; so does one that names no mode."""
    mode = MODES.get(str(values.get("mode", "2d")).lower())
    return mode is not None and mode.source == "last"


def mode_name(animation: "Animation") -> str:
    """Returns the name of a film's mode, to be shown."""
    return animation.mode


def mode_of(animation: "Animation") -> Mode:
    """Returns the mode of a film."""
    return MODES[animation.mode]
