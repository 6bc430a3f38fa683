"""`TrainingLook`: everything that the page shows of a training, read at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from animator.jobs.job import Job, JobState
from animator.jobs.trainings.made import Use, curve_of, result_files, settings_of, sheets_of, use_of
from animator.server.context import ServerContext

if TYPE_CHECKING:
    from animator.training.finetune.curve import CurvePoint

MAX_WARNINGS = 20


@dataclass(frozen=True)
class TrainingLook:
    """A training as the page shows it.

    Attributes:
        job: The job.
        place: Number of jobs that begin before it; None unless it waits.
        curve: The loss by step.
        sheets: After how many steps there is a sheet.
        result: Name of the file or folder that it has made; empty before its end.
        is_file: True where that is a file.
        use: How prompts use that.
        warnings: The last of its warnings.
    """

    job: Job
    place: int | None
    curve: "tuple[CurvePoint, ...]"
    sheets: tuple[int, ...]
    result: str
    is_file: bool
    use: Use
    warnings: tuple[str, ...]


def training_url(job_id: str) -> str:
    """Returns a training's URL on this server."""
    return f"/api/v1/trainings/{job_id}"


def look_at_training(server: ServerContext, job_id: str) -> TrainingLook | None:
    """Returns a training as it is now; None for a film.

    Raises:
        JobNotFoundError: There is no such job.
    """
    job = server.queue.get(job_id)
    if not job.is_training:
        return None
    events = server.events.of_jobs([job_id], ("warning",))[job_id]
    found = result_files(job)
    return TrainingLook(
        job,
        server.queue.store.place(job) if job.state is JobState.QUEUED else None,
        tuple(curve_of(job)),
        tuple(sheets_of(job)),
        found[0].name if found else "",
        found is not None and found[0].is_file(),
        use_of(settings_of(job)),
        tuple(dict.fromkeys(str(event.data["message"]) for event in events))[-MAX_WARNINGS:],
    )
