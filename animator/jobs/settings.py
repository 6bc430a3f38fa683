"""The film that a job's request describes."""

from animator.core.confinement import confinement
from animator.errors import Problem
from animator.jobs.request import JobRequest
from animator.presets.plain import override, read_source
from animator.presets.request import draft_of_request
from animator.runs.preflight.check_film import check_film
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from animator.settings import Animation
from animator.settings.raw import RawPreset


def film_of(request: JobRequest) -> Animation:
    """Returns the film of a request, if it can be rendered.

    Raises:
        PresetError: With every problem of its settings.
    """
    return check_film(*draft_of(request))


def draft_of(request: JobRequest) -> tuple[RawPreset, list[Problem]]:
    """Returns the settings of a request before validation, and the problems that are known already.

    Where a confinement is in force, a short text is the name of an example and nothing else.

    Raises:
        PresetError: They are in a file that cannot be read.
    """
    preset = request.preset
    if request.settings is not None:
        return draft_of_request(request.settings, request.overrides, "deforum")
    if preset is None:
        raise AssertionError("a run has its settings in its folder")
    if not isinstance(preset, str) or "\n" in preset:
        return draft_of_request(preset, request.overrides)
    if confinement() is not None:
        return draft_of_request(preset, request.overrides, "example")
    return override(read_source(preset), request.overrides)


def redone(run: Run, request: JobRequest) -> Animation:
    """Returns the settings with which a run is rendered again: its own, and the request's overrides.

    Raises:
        PresetError: With every problem of the overrides.
    """
    recorded = recorded_settings(run.folder)
    draft, problems = override(RawPreset(run.animation.name, recorded.plain(), {}), request.overrides)
    return check_film(draft, problems)
