"""What a person can ask of a job, and the settings of its film."""

from collections.abc import Mapping
from typing import Any

from animator.errors import UserError
from animator.jobs.job import Job, JobState
from animator.jobs.settings import film_of
from animator.runs.run_settings import PRESET, recorded_settings
from animator.settings import Animation

PAUSABLE = (JobState.QUEUED, JobState.RUNNING)
CANCELABLE = (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)
RESUMABLE = (JobState.PAUSED, JobState.CANCELED, JobState.FAILED)
WAITING = (JobState.QUEUED, JobState.PAUSED)
_KEPT = ("schema", "name")
"""What a run keeps when it is rendered again."""


def film_of_job(job: Job) -> Animation:
    """Returns the film of a job, as its run records it, or as it would begin.

    Raises:
        UserError: It is a training.
        PresetError: The settings of a job without a run are wrong.
        RunError: The record of its run is broken.
    """
    if job.is_training:
        raise UserError(f"job {job.id}: is a training, not a film")
    if job.folder is not None and (job.folder / PRESET).exists():
        return recorded_settings(job.folder)
    return film_of(job.request)


def overrides_for(job: Job, film: Animation | None = None) -> Mapping[str, Any]:
    """Returns what a redo of a job overrides, so that it renders a film.

    What an earlier redo has overridden would stay, so it is overridden again.

    Args:
        job: A job with a run.
        film: The film; None renders the one of the run as it was.

    Raises:
        RunError: The record of its run is broken.
    """
    recorded = film_of_job(job)
    old, new = recorded.plain(), (film or recorded).plain()
    again = {path.partition(".")[0] for path in job.request.overrides}
    return {
        name: value
        for name, value in new.items()
        if name not in _KEPT and (name in again or value != old.get(name))
    }
