"""`FieldState`: what the field of a setting shows; computed from what is known of the film."""

from dataclasses import dataclass
from typing import Any

from animator.errors import Problem
from animator.presets.model_defaults import is_decided
from animator.settings.catalog import Setting
from animator.studio.analysis import Analysis
from animator.studio.written import ABSENT, Path
from schedules import Schedule


@dataclass(frozen=True)
class FieldState:
    """What the field of a setting shows.

    Attributes:
        value: The value, as presets have it: the written one, or else the default.
        is_own: True if it is in the text itself.
        is_inherited: True if it is in a preset that the text extends.
        problems: What is wrong with it.
        needs: What it needs to have an effect; empty where it has one.
    """

    value: Any
    is_own: bool = False
    is_inherited: bool = False
    problems: tuple[str, ...] = ()
    needs: str = ""


def state_of(setting: Setting, path: Path, analysis: Analysis) -> FieldState:
    """Returns what the field of a setting shows.

    Args:
        setting: The setting.
        path: Where it is written.
        analysis: What is known of the film.
    """
    written = analysis.written
    value, is_own = written.value(path), written.has_own(path)
    return FieldState(
        value=_default(setting, analysis) if value is ABSENT else value,
        is_own=is_own,
        is_inherited=value is not ABSENT and not is_own,
        problems=tuple(problem.message for problem in problems_below(path, analysis)),
        needs=written.without_effect.get(".".join(path), ""),
    )


def problems_below(path: Path, analysis: Analysis) -> tuple[Problem, ...]:
    """Returns the problems of a setting or group, and of what is in it."""
    problems = analysis.report.problems
    return tuple(problem for problem in problems if problem.setting[: len(path)] == path)


def _default(setting: Setting, analysis: Analysis) -> Any:
    """Returns the value of a setting that is not written; some are left to the model."""
    film = analysis.film
    if film is None or not is_decided(setting.group or None, setting.name):
        return setting.default
    value = getattr(getattr(film, setting.group) if setting.group else film, setting.name)
    return value.source if isinstance(value, Schedule) else value
