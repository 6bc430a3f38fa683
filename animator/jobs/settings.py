"""The film that a job's request describes."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from animator.core.confinement import confinement
from animator.core.printable import printable
from animator.errors import Problem
from animator.jobs.request import JobRequest
from animator.presets.deforum.importing import settings_from_text
from animator.presets.deforum.options import OptionOverrides, overrides_of
from animator.presets.deforum.versions import upgrade
from animator.presets.plain import override, read_source
from animator.presets.request import DEFORUM, draft_of_request
from animator.runs.preflight.check_film import check_film
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from animator.settings import Animation
from animator.settings.import_notes import Effect
from animator.settings.raw import RawPreset, raw_of

MAX_NOTES, MAX_NOTE_LENGTH = 50, 500
"""What is said of settings, which may be anybody's, at most: lines, and characters of each."""


def film_of(request: JobRequest, say: Callable[[str], object] = str) -> Animation:
    """Returns the film of a request, if it can be rendered.

    Args:
        request: The request.
        say: Gets what of the settings has another effect here, a line each; by default it is not said.

    Raises:
        PresetError: With every problem of its settings.
    """
    draft, problems = draft_of(request)
    changing = [note for note in draft.notes if note.effect is Effect.CHANGES]
    for note in changing[:MAX_NOTES]:
        say(f"{printable(str(note)):.{MAX_NOTE_LENGTH}}")
    if len(changing) > MAX_NOTES:
        say(f"{len(changing) - MAX_NOTES} more settings have another effect here")
    return check_film(draft, problems)


def draft_of(request: JobRequest) -> tuple[RawPreset, list[Problem]]:
    """Returns the settings of a request before validation, and the problems that are known already.

    Where a confinement is in force, a short text is the name of an example and nothing else.

    Raises:
        PresetError: They are in a file that cannot be read.
    """
    preset = request.preset
    if request.settings is not None:
        return _deforum_draft(request, request.settings)
    if preset is None:
        raise AssertionError("a run has its settings in its folder")
    if not isinstance(preset, str) or "\n" in preset:
        return draft_of_request(preset, request.overrides)
    if confinement() is not None:
        return draft_of_request(preset, request.overrides, "example")
    return override(read_source(preset), request.overrides)


def _deforum_draft(
    request: JobRequest, settings: Mapping[str, object] | str
) -> tuple[RawPreset, list[Problem]]:
    """Returns Deforum's settings with the options of the web UI that come with them."""
    options = OptionOverrides({})
    if request.options:
        _, broken = draft_of_request(settings, kind="deforum")
        options = overrides_of(request.options, {} if broken else _upgraded(settings))
    draft, problems = draft_of_request(settings, {**options.values, **request.overrides}, "deforum")
    noted = replace(draft, notes=(*draft.notes, *options.notes))
    return noted, [*problems, *options.problems]


def _upgraded(settings: Mapping[str, object] | str) -> Mapping[str, object]:
    """Returns Deforum's settings of any version by the names of its version 3.0."""
    if isinstance(settings, str):
        return settings_from_text(settings, DEFORUM)
    return upgrade(settings).settings


def redone(run: Run, request: JobRequest) -> Animation:
    """Returns the settings with which a run is rendered again: its own, and the request's overrides.

    Raises:
        PresetError: With every problem of the overrides.
    """
    recorded = recorded_settings(run.folder)
    draft, problems = override(raw_of(recorded), request.overrides)
    return check_film(draft, problems)
