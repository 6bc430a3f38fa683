"""A job as Deforum's API shows it: 15 fields, its own words for states, phases and errors."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from pydantic import BaseModel, Field

from animator.core.printable import printable
from animator.jobs.event_log import EventLog
from animator.jobs.job import ErrorKind, Job, JobEvent, JobPhase, JobState


class Status(str, Enum):
    """State of a job; one that runs is still ACCEPTED."""

    ACCEPTED = "ACCEPTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Phase(str, Enum):
    """What is done for a job, in this order."""

    QUEUED = "QUEUED"
    PREPARING = "PREPARING"
    GENERATING = "GENERATING"
    POST_PROCESSING = "POST_PROCESSING"
    DONE = "DONE"


class ErrorType(str, Enum):
    """Kind of a failed job's error."""

    NONE = "NONE"
    RETRYABLE = "RETRYABLE"
    TERMINAL = "TERMINAL"


MAX_WARNINGS = 50
"""Warnings in a message."""
_STATUS: Mapping[JobState, Status] = {
    JobState.SUCCEEDED: Status.SUCCEEDED,
    JobState.FAILED: Status.FAILED,
    JobState.CANCELED: Status.CANCELLED,
}
"""The states that are not ACCEPTED; a job that is being canceled still writes files, so it is not there."""
_PHASE: Mapping[JobPhase, Phase] = {
    JobPhase.QUEUED: Phase.QUEUED,
    JobPhase.PREPARING: Phase.PREPARING,
    JobPhase.LOADING: Phase.PREPARING,
    JobPhase.RENDERING: Phase.GENERATING,
    JobPhase.ENCODING: Phase.POST_PROCESSING,
    JobPhase.ENLARGING: Phase.POST_PROCESSING,
    JobPhase.INTERPOLATING: Phase.POST_PROCESSING,
    JobPhase.DONE: Phase.DONE,
}
_ORDER = tuple(Phase)
_STATE_MESSAGE: Mapping[JobState, str] = {
    JobState.CANCELED: "Cancelled due to user request.",
    JobState.CANCELING: "Is being cancelled due to user request.",
    JobState.PAUSED: "Paused.",
}


class DeforumJob(BaseModel):
    """A job of Deforum's API."""

    id: str
    status: Status
    phase: Phase = Field(description="Never goes back, not even where the server is started again.")
    error_type: ErrorType
    phase_progress: float = Field(ge=0, le=1, description="Part of the phase that is done.")
    started_at: float = Field(description="When it was accepted, in seconds since 1970.")
    last_updated: float = Field(description="When it last changed, in seconds since 1970.")
    execution_time: float = Field(description="Seconds between the two.")
    update_interval_time: float = Field(description="Seconds between its last two changes.")
    updates: int = Field(description="Number of its changes.")
    message: str | None = Field(description="Why it failed; warnings; null where there is nothing to say.")
    outdir: str | None = Field(description="Folder of its files; null until it generates.")
    timestring: str | None = Field(description="Beginning of the names of its files; null until then, too.")
    deforum_settings: list[dict[str, Any]] = Field(description="One object: the settings as they came.")
    options_overrides: dict[str, Any] | None


def deforum_job(job: Job, log: EventLog) -> DeforumJob:
    """Returns a job as it is sent."""
    return deforum_jobs([job], log)[0]


def deforum_jobs(jobs: Sequence[Job], log: EventLog) -> list[DeforumJob]:
    """Returns jobs as they are sent; what happened to them is read with one query."""
    begun = [job.id for job in jobs if job.folder is not None or job.state is JobState.FAILED]
    events = log.of_jobs(begun, ("status", "phase", "warning"))
    return [_view(job, events.get(job.id, ())) for job in jobs]


def _view(job: Job, events: Sequence[JobEvent]) -> DeforumJob:
    phase = _phase(job, events)
    generated = job.request.timestring and _ORDER.index(phase) >= _ORDER.index(Phase.GENERATING)
    return DeforumJob(
        id=job.request.client["id"],
        status=_STATUS.get(job.state, Status.ACCEPTED),
        phase=phase,
        error_type=_error_type(job),
        phase_progress=_progress(job, phase),
        started_at=job.created,
        last_updated=job.updated,
        execution_time=max(0.0, job.updated - job.created),
        update_interval_time=max(0.0, job.update_s),
        updates=job.updates,
        message=_message(job, events),
        outdir=job.request.outdir if generated else None,
        timestring=job.request.timestring if generated else None,
        deforum_settings=[dict(job.request.settings)] if isinstance(job.request.settings, Mapping) else [],
        options_overrides=dict(job.request.options) if job.request.options is not None else None,
    )


def _phase(job: Job, events: Iterable[JobEvent]) -> Phase:
    """Returns the furthest phase of a job since it last began: a new start after a crash is not shown."""
    if job.error is not None and job.error.kind is ErrorKind.SETTINGS:
        return Phase.PREPARING
    reached = [JobPhase.QUEUED]
    ended = False
    for event in events:
        if event.kind == "status":
            reached = [JobPhase.QUEUED] if ended else reached
            ended = JobState(event.data["status"]).has_ended
        elif event.kind == "phase":
            reached.append(JobPhase(event.data["phase"]))
    return max((_PHASE[phase] for phase in (*reached, job.progress.phase)), key=_ORDER.index)


def _progress(job: Job, phase: Phase) -> float:
    """Returns the part of a phase that is done; only the film's frames and extra videos are counted."""
    is_extra = bool(job.progress.extra)
    if phase is Phase.DONE:
        return 1.0
    if (phase is Phase.GENERATING and not is_extra) or (phase is Phase.POST_PROCESSING and is_extra):
        return job.progress.share
    return 0.0


def _error_type(job: Job) -> ErrorType:
    if job.error is None:
        return ErrorType.NONE
    return ErrorType.TERMINAL if job.error.kind is ErrorKind.SETTINGS else ErrorType.RETRYABLE


def _message(job: Job, events: Iterable[JobEvent]) -> str | None:
    """Returns what people should know: why the job failed or stopped, and its first warnings, each once."""
    reason = job.error.message if job.error is not None else _STATE_MESSAGE.get(job.state, "")
    texts = (str(event.data["message"]) for event in events if event.kind == "warning")
    warnings = [*dict.fromkeys(texts)]
    lines = [reason, *warnings[:MAX_WARNINGS]]
    if len(warnings) > MAX_WARNINGS:
        lines.append(f"and {len(warnings) - MAX_WARNINGS} more warnings")
    return printable("\n".join(filter(None, lines))) or None
