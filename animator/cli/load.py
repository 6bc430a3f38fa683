"""Loads the film of a command."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from animator.runs.session import say

if TYPE_CHECKING:
    from animator.presets.sources import PresetSource
    from animator.settings import Animation


def load_film(source: "PresetSource", overrides: Iterable[str] | None) -> "Animation":
    """Returns the film of a source; prints notes and warnings, and names overrides by their option.

    Raises:
        UserError: No source is given, or a file cannot be read.
        PresetError: With every problem of the settings.
    """
    from animator.presets.sources import load

    return load(source, list(overrides or ()), say, label="--set")


def load_checked_film(source: "PresetSource", overrides: Iterable[str] | None) -> "Animation":
    """Returns the film of a source if it can be rendered; prints as `load_film`, and settings without effect.

    Raises:
        UserError: No source is given, or a file cannot be read.
        PresetError: With every problem of the film.
    """
    from animator.runs.preflight.check_film import load_checked

    return load_checked(source, list(overrides or ()), say, label="--set")
