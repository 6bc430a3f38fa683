"""A job as our API shows it."""

from datetime import datetime, timezone

from fastapi import Request
from pydantic import BaseModel, Field

from animator.jobs.job import ErrorKind, Job, JobPhase, JobState
from animator.jobs.queue import JobQueue
from animator.server.problems import ProblemPlace, place_of

ACTIONS = ("cancel", "pause", "resume", "redo")
PARTS = ("events", "film", "preview.jpg", "stream.mjpg", "settings", "log", "metrics")


class ProgressView(BaseModel):
    """How far a job is."""

    phase: JobPhase
    value: float = Field(ge=0, le=1, description="Part of the phase that is done.")
    done: int = Field(ge=0, description="Finished frames; in later phases, images of the extra video.")
    frames: int = Field(ge=0, description="Their number in the end; 0 until the settings are read.")
    eta_s: float | None = Field(description="Seconds until the frames are done, where the pace is known.")
    extra: str = Field(description="File name of the extra video that is made; empty for the film itself.")


class JobErrorView(BaseModel):
    """Why a job failed."""

    kind: ErrorKind
    message: str
    errors: list[ProblemPlace] = Field(description="Every mistake in the settings.")


class JobView(BaseModel):
    """A job: a film to render, and how far it is."""

    id: str
    status: JobState
    title: str = Field(description="Name of the film; empty until its settings are read.")
    progress: ProgressView
    queue_position: int | None = Field(description="Jobs that begin before this one; null unless it waits.")
    priority: int
    labels: dict[str, str]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    error: JobErrorView | None
    warnings: list[str]
    urls: dict[str, str] = Field(description="What belongs to the job, and what can be asked of it.")


class JobPage(BaseModel):
    """Some jobs, the newest first."""

    jobs: list[JobView]
    next: str | None = Field(description="URL of the jobs submitted before these; null at the end.")


def job_view(job: Job, queue: JobQueue, request: Request) -> JobView:
    """Returns a job as it is sent."""
    base = str(request.url_for("get_job", job_id=job.id))
    error = job.error
    waits = job.state is JobState.QUEUED
    return JobView(
        id=job.id,
        status=job.state,
        title=job.title,
        progress=progress_view(job),
        queue_position=queue.store.place(job) if waits else None,
        priority=job.priority,
        labels=dict(job.labels),
        created_at=_time(job.created),
        started_at=_time(job.started) if job.started is not None else None,
        ended_at=_time(job.ended) if job.ended is not None else None,
        updated_at=_time(job.updated),
        error=error
        and JobErrorView(
            kind=error.kind, message=error.message, errors=[place_of(p) for p in error.problems]
        ),
        warnings=[str(event.data["message"]) for event in queue.events(job.id) if event.kind == "warning"],
        urls={"self": base, **{name.partition(".")[0]: f"{base}/{name}" for name in (*ACTIONS, *PARTS)}},
    )


def progress_view(job: Job) -> ProgressView:
    """Returns the progress of a job as it is sent."""
    progress = job.progress
    return ProgressView(
        phase=progress.phase,
        value=1.0 if progress.phase is JobPhase.DONE else progress.share,
        done=progress.done,
        frames=progress.frames,
        eta_s=progress.eta_s,
        extra=progress.extra,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
