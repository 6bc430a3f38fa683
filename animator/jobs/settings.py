"""The film that a job's request describes."""

from pathlib import Path

from animator.jobs.request import JobRequest
from animator.presets.deforum.job_settings import read_job_settings
from animator.presets.plain import override, read_source
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
    draft, problems = override(draft_of(request), request.overrides)
    return check_film(draft, problems)


def draft_of(request: JobRequest) -> RawPreset:
    """Returns the settings of a request before validation, without its overrides.

    Raises:
        PresetError: They cannot be read.
    """
    if request.preset is not None:
        return read_source(request.preset)
    if request.settings is not None:
        return read_job_settings(request.settings, Path())
    raise AssertionError("a run has its settings in its folder")


def redone(run: Run, request: JobRequest) -> Animation:
    """Returns the settings with which a run is rendered again: its own, and the request's overrides.

    Raises:
        PresetError: With every problem of the overrides.
    """
    recorded = recorded_settings(run.folder)
    draft, problems = override(RawPreset(run.animation.name, recorded.plain(), {}), request.overrides)
    return check_film(draft, problems)
