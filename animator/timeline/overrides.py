"""Values of plans that other settings override. Pure, no torch."""

from collections.abc import Callable

import numpy as np

from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.timeline.camera import MOVED, moved_columns
from animator.timeline.generated import scene_cuts
from animator.timeline.values import Column, Columns

_STRENGTH = "diffusion.strength"
_ASPECT_RATIO = "camera.aspect_ratio"
OVERRIDDEN = (_STRENGTH, _ASPECT_RATIO, *MOVED)
"""Paths of the schedules that other settings may override."""


def strength_path(animation: Animation) -> str:
    """Returns the path of the strength schedule; in Deforum, that of guided images has no effect."""
    is_guided = bool(animation.guides) and rules_of(animation).guides_set_strength
    return "guided.image_strength_schedule" if is_guided else _STRENGTH


def overrides(animation: Animation, column: Callable[[str], Column]) -> Columns:
    """Returns the columns that other settings override.

    Args:
        animation: The film.
        column: Returns the values of a schedule at all frames, by its path.
    """
    strength = np.array(column(strength_path(animation)), dtype=np.float64)
    if animation.begins_over_image:
        strength[0] = animation.init.strength
    strength[list(scene_cuts(animation))] = 0.0
    columns: dict[str, Column] = {_STRENGTH: strength}
    if animation.camera.aspect_ratio_use_old_formula:
        columns[_ASPECT_RATIO] = np.full(animation.frames, animation.size[0] / animation.size[1])

    def given(path: str) -> Column:
        return columns[path] if path in columns else column(path)

    return {**columns, **moved_columns(animation, given)}
