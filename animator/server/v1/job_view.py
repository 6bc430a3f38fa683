"""A job as our API shows it."""

import time
from collections.abc import Sequence
from datetime import datetime, timezone
from enum import Enum

from fastapi import Request
from pydantic import BaseModel, Field

from animator.jobs.job import ErrorKind, Job, JobEvent, JobPhase, JobState
from animator.server.context import ServerContext
from animator.server.problems import ProblemPlace, place_of
from animator.server.v1.durations import DurationsView, durations_of
from animator.server.v1.outputs import OutputView, outputs_of

PARTS = ("cancel", "pause", "resume", "events", "log")
"""What every job has."""
FILM_PARTS = (*PARTS, "redo", "film", "preview.jpg", "stream.mjpg", "settings", "metrics")


class JobKind(str, Enum):
    """What a job does."""

    FILM = "film"
    TRAINING = "training"


class ProgressView(BaseModel):
    """How far a job is."""

    phase: JobPhase
    value: float = Field(ge=0, le=1, description="Part of the phase that is done.")
    done: int = Field(
        ge=0, description="Finished frames, or steps of a training; in other phases, its images."
    )
    frames: int = Field(ge=0, description="Their number in the end; 0 until the settings are read.")
    eta_s: float | None = Field(description="Seconds until the frames are done, where the pace is known.")
    extra: str = Field(description="File name of the extra video that is made; empty for the film itself.")
    loss: float | None = Field(description="Smoothed loss of a training; null for films.")


class JobErrorView(BaseModel):
    """Why a job failed."""

    kind: ErrorKind
    message: str
    errors: list[ProblemPlace] = Field(description="Every mistake in the settings.")


class QueuedView(BaseModel):
    """What films and trainings have in common as jobs."""

    id: str
    status: JobState
    queue_position: int | None = Field(description="Jobs that begin before this one; null unless it waits.")
    priority: int
    labels: dict[str, str]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    error: JobErrorView | None
    warnings: list[str]


class JobView(QueuedView):
    """A job: a film to render or a model to train, and how far it is."""

    kind: JobKind = Field(description="A training has more at its URL `training`.")
    title: str = Field(description="Name of the film or training; empty until its settings are read.")
    progress: ProgressView
    metrics: DurationsView
    outputs: list[OutputView] = Field(description="The files made so far, the film first.")
    urls: dict[str, str] = Field(description="What belongs to the job, and what can be asked of it.")


class JobPage(BaseModel):
    """Some jobs, the newest first."""

    jobs: list[JobView]
    next: str | None = Field(description="URL of the jobs submitted before these; null at the end.")


def job_view(job: Job, context: ServerContext, request: Request) -> JobView:
    """Returns a job as it is sent."""
    return job_views([job], context, request)[0]


def job_views(jobs: Sequence[Job], context: ServerContext, request: Request) -> list[JobView]:
    """Returns jobs as they are sent; what happened to them is read with one query."""
    events = context.events.of_jobs([job.id for job in jobs], ("warning", "status", "phase"))
    return [_view(job, events[job.id], context, request) for job in jobs]


def job_url(job_id: str, request: Request) -> str:
    """Returns the URL of a job."""
    return str(request.url_for("get_job", job_id=job_id))


def _view(job: Job, events: Sequence[JobEvent], context: ServerContext, request: Request) -> JobView:
    base = job_url(job.id, request)
    return JobView(
        **vars(queued_view(job, events, context)),
        kind=JobKind.TRAINING if job.is_training else JobKind.FILM,
        title=job.title,
        progress=progress_view(job),
        metrics=durations_of(job, [event for event in events if event.kind != "warning"], time.time()),
        outputs=outputs_of(job, base),
        urls=_urls(job, base, request),
    )


def queued_view(job: Job, events: Sequence[JobEvent], context: ServerContext) -> QueuedView:
    """Returns what a job has in common with others as it is sent.

    Args:
        job: The job.
        events: What happened to it; its warnings are used.
        context: The server.
    """
    waits = job.state is JobState.QUEUED
    return QueuedView(
        id=job.id,
        status=job.state,
        queue_position=context.queue.store.place(job) if waits else None,
        priority=job.priority,
        labels=dict(job.labels),
        created_at=utc(job.created),
        started_at=utc(job.started) if job.started is not None else None,
        ended_at=utc(job.ended) if job.ended is not None else None,
        updated_at=utc(job.updated),
        error=error_view(job),
        warnings=[str(event.data["message"]) for event in events if event.kind == "warning"],
    )


def _urls(job: Job, base: str, request: Request) -> dict[str, str]:
    if job.is_training:
        own = {"training": str(request.url_for("get_training", job_id=job.id))}
        return {"self": base, **{name: f"{base}/{name}" for name in PARTS}, **own}
    return {"self": base, **{name.partition(".")[0]: f"{base}/{name}" for name in FILM_PARTS}}


def error_view(job: Job) -> JobErrorView | None:
    """Returns why a job failed as it is sent; None where it did not."""
    error = job.error
    if error is None:
        return None
    return JobErrorView(
        kind=error.kind,
        message=error.message,
        errors=[place_of(problem) for problem in error.problems],
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
        loss=progress.loss,
    )


def timestamp(seconds: float) -> str:
    """Returns a time in seconds since 1970 as text, as pydantic writes it: RFC 3339, UTC."""
    return utc(seconds).isoformat().replace("+00:00", "Z")


def utc(seconds: float) -> datetime:
    """Returns a time in seconds since 1970 as it is sent: RFC 3339, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc)
