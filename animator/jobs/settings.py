"""The film that a job's request describes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from animator.errors import Problem
from animator.jobs.request import JobRequest
from animator.presets.deforum.importing import import_settings
from animator.presets.deforum.options import OptionOverrides, overrides_of
from animator.presets.deforum.recognize import read_settings
from animator.presets.deforum.strict import strict_problems
from animator.presets.deforum.versions import upgrade
from animator.presets.plain import override, read_source
from animator.runs.preflight.check_film import check_film
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from animator.settings import Animation
from animator.settings.import_notes import Effect, Note
from animator.settings.raw import RawPreset

SETTINGS = "<settings>"
"""Place of problems in Deforum settings that are not from a file."""


def film_of(request: JobRequest, say: Callable[[str], object] = str) -> Animation:
    """Returns the film of a request, if it can be rendered.

    Args:
        request: The request.
        say: Gets what of the settings has another effect here, a line each; by default it is not said.

    Raises:
        PresetError: With every problem of its settings.
    """
    read = _read(request)
    for note in read.notes:
        if note.effect is Effect.CHANGES:
            say(str(note))
    draft, problems = override(read.draft, {**read.options.values, **request.overrides})
    return check_film(draft, (*read.problems, *read.options.problems, *problems))


@dataclass(frozen=True)
class _Read:
    """The settings of a request before validation, without its overrides."""

    draft: RawPreset
    options: OptionOverrides = field(default_factory=lambda: OptionOverrides({}))
    problems: tuple[Problem, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        return (*self.draft.notes, *self.options.notes)


def _read(request: JobRequest) -> _Read:
    """Reads the settings of a request; raises a PresetError where that fails."""
    if request.preset is not None:
        return _Read(read_source(request.preset))
    if request.settings is None:
        raise AssertionError("a run has its settings in its folder")
    text = request.settings if isinstance(request.settings, str) else json.dumps(dict(request.settings))
    document = read_settings(text, SETTINGS)
    imported = import_settings(document.values, SETTINGS, document.places)
    notes = (*document.notes, *imported.notes)
    return _Read(
        RawPreset(SETTINGS, imported.values, imported.places, notes),
        overrides_of(request.options, upgrade(document.values).settings),
        tuple(strict_problems(document.values, SETTINGS, document.places)),
    )


def redone(run: Run, request: JobRequest) -> Animation:
    """Returns the settings with which a run is rendered again: its own, and the request's overrides.

    Raises:
        PresetError: With every problem of the overrides.
    """
    recorded = recorded_settings(run.folder)
    draft, problems = override(RawPreset(run.animation.name, recorded.plain(), {}), request.overrides)
    return check_film(draft, problems)
