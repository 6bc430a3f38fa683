"""`JobLook`: everything that a page shows of a job, read at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from animator.jobs.job import Job, JobPhase, JobState
from animator.jobs.store import JobFilter
from animator.server.context import ServerContext
from animator.server.v1.frames import frames_done
from animator.server.v1.outputs import OutputView, outputs_of

if TYPE_CHECKING:
    from animator.studio.studio import Studio

AFTER_FILM = (JobPhase.ENLARGING, JobPhase.INTERPOLATING)
"""Phases in which the images of an extra video are counted, not the frames of the film."""
MAX_WARNINGS = 50
"""Warnings that are shown of a job; the log has all."""


@dataclass(frozen=True)
class JobLook:
    """A job as pages show it.

    Attributes:
        job: The job.
        place: Number of jobs that begin before it; None unless it waits.
        frames: Number of finished frames, which can be looked at.
        revision: Grows whenever a worker takes the job: its frames may be others then.
        warnings: The last of its warnings.
        outputs: The files that it has made.
    """

    job: Job
    place: int | None
    frames: int
    revision: int
    warnings: tuple[str, ...]
    outputs: tuple[OutputView, ...]

    @property
    def total(self) -> int:
        """Number of frames that the film has in the end, as far as that is known."""
        is_film = self.job.progress.phase not in AFTER_FILM
        return max(self.frames, self.job.progress.frames if is_film else 0)

    @property
    def url(self) -> str:
        """The job's URL on this server."""
        return job_url(self.job.id)


def job_url(job_id: str) -> str:
    """Returns a job's URL on this server."""
    return f"/api/v1/jobs/{job_id}"


async def look_at(studio: "Studio", job_id: str) -> JobLook:
    """Returns a job as it is now, read once for all pages; raises a JobNotFoundError where it is gone."""

    async def read() -> JobLook:
        return await studio.run(_read, studio.server, job_id)

    return await studio.feed.once(("job", job_id), read)


async def find_jobs(studio: "Studio", wanted: JobFilter) -> list[Job]:
    """Returns jobs, the newest first, read once for all pages."""

    async def read() -> list[Job]:
        return await studio.run(studio.server.queue.find, wanted)

    labels = tuple(sorted(wanted.labels.items()))
    key = ("jobs", wanted.states, labels, wanted.before, wanted.limit, wanted.trains)
    return await studio.feed.once(key, read)


def _read(server: ServerContext, job_id: str) -> JobLook:
    job = server.queue.get(job_id)
    events = server.events.of_jobs([job_id], ("warning", "status"))[job_id]
    warnings = [str(event.data["message"]) for event in events if event.kind == "warning"]
    return JobLook(
        job,
        server.queue.store.place(job) if job.state is JobState.QUEUED else None,
        frames_done(job),
        sum(event.kind == "status" and event.data["status"] == JobState.RUNNING for event in events),
        tuple(dict.fromkeys(warnings))[-MAX_WARNINGS:],
        tuple(outputs_of(job, job_url(job_id))),
    )
