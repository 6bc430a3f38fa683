"""Checks a grid before it is ordered."""

from collections.abc import Mapping
from typing import Any

from animator.generation.draft import draft_of
from animator.generation.sheet import SheetJob
from animator.presets.grid import grid_of


def check_grid(values: Mapping[str, Any], axes: tuple[str, ...]) -> None:
    """Checks that an image can be generated for every combination.

    Raises:
        PresetError: With every problem of the first that cannot.
    """
    SheetJob.of(draft_of(values), (), grid_of(axes, None, ()))
