"""`film_scope`: what formulas and keys of a film know, from its plain values, before these are validated."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from animator.errors import AnimatorError
from animator.settings.animation import Animation
from animator.settings.compat import rules_in
from animator.settings.diffusion import Diffusion
from animator.settings.plain_setting import setting_in
from animator.settings.signals.columns import SOUND_SIGNALS
from animator.settings.signals.given import Given
from animator.settings.signals.hearing import NOT_HEARD, BrokenSettingsError, Hearing, hearing_of
from animator.settings.signals.markers import Markers, times_of
from animator.settings.signals.names import Known, Names
from animator.settings.signals.sources import sources_in
from animator.settings.signals.tables import table_columns
from animator.sound.signals import Placement
from schedules import ScheduleError, Scope

_ANY_PLACEMENT = Placement(1.0, 1)
"""The names of a table's columns are the same for any frames."""


def film_scope(values: Mapping[str, Any], given: Given) -> tuple[Known, Hearing]:
    """Returns what a film's settings are parsed with, and what it hears.

    Args:
        values: The film's plain values, with the paths of files resolved.
        given: Variables that are not from its settings.

    Returns:
        Its scope, or the names alone where a setting that the scope needs is wrong.
    """
    hearing = NOT_HEARD
    try:
        fps, frames = fps_in(values), setting_in(values, Animation, "frames")
        diffusion = values.get("diffusion")
        seed = setting_in(diffusion if isinstance(diffusion, Mapping) else {}, Diffusion, "seed")
        hearing = hearing_of(values, Placement(fps, frames), given)
        if not hearing.problems:
            compat = rules_in(values).schedules_compat
            parts = hearing.of_scope(values)
            return Scope(frames, max(seed, 0), fps, compat=compat, **parts), hearing
    except (ValidationError, BrokenSettingsError, ScheduleError):  # validation reports the setting
        pass
    return _names(values, given), hearing


def fps_in(values: Mapping[str, Any]) -> float:
    """Returns the frames per second in a film's plain values.

    Raises:
        ValidationError: They are wrong.
    """
    return float(setting_in(values, Animation, "fps"))


def _names(values: Mapping[str, Any], given: Given) -> Names:
    """Returns the names that formulas and keys may have, whatever the film's frames are."""
    if given.recorded is not None:
        return Names(given.recorded.signals.keys(), given.recorded.markers.keys())
    try:
        signals = _variables(values) | given.signals.keys()
    except (ValidationError, AnimatorError, OSError):  # reported where the source is named
        return Names()
    return Names(signals, _markers(values, signals))


def _variables(values: Mapping[str, Any]) -> frozenset[str]:
    """Returns the variables of the film's sounds and tables."""
    names = set(SOUND_SIGNALS)
    for source, settings in sources_in(values).items():
        is_table = settings.is_table
        columns = table_columns(settings, _ANY_PLACEMENT, "") if is_table else SOUND_SIGNALS
        names |= {f"{source}_{column}" for column in columns}
    return frozenset(names)


def _markers(values: Mapping[str, Any], taken: Collection[str]) -> Collection[str] | None:
    """Returns the film's markers; None where they are wrong."""
    try:
        return times_of(Markers.parse(values.get("markers") or {}), taken).keys()
    except (AnimatorError, ScheduleError, OSError):  # reported for the setting
        return None
