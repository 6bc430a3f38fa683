"""Jobs and events as rows of the store."""

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

from animator.errors import Problem
from animator.jobs.job import ErrorKind, Job, JobError, JobEvent, JobPhase, JobProgress, JobState
from animator.jobs.request import JobRequest


def job_of(row: sqlite3.Row) -> Job:
    """Returns the job of a row."""
    progress = json.loads(row["progress"])
    request = JobRequest.from_text(row["request"])
    return Job(
        id=row["id"],
        number=row["number"],
        request=request,
        state=JobState(row["state"]),
        wanted=row["wanted"],
        progress=JobProgress(**{**progress, "phase": JobPhase(progress["phase"])}),
        priority=row["priority"],
        labels=request.labels,
        title=row["title"],
        folder=Path(row["folder"]) if row["folder"] is not None else None,
        films=tuple(map(Path, json.loads(row["films"]))),
        error=_error_of(row["error"]),
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        updated=row["updated"],
        updates=row["updates"],
        update_s=row["update_s"],
        attempts=row["attempts"],
        died_at=row["died_at"],
    )


def event_of(row: sqlite3.Row) -> JobEvent:
    """Returns the event of a row."""
    return JobEvent(row["id"], row["job"], row["time"], row["kind"], json.loads(row["data"]))


def column_of(value: Any) -> Any:
    """Returns a value of a job as its column has it."""
    if isinstance(value, JobState):
        return value.value
    if isinstance(value, JobProgress | JobError):
        return json.dumps(asdict(value))
    if isinstance(value, JobRequest):
        return value.text()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return json.dumps([str(item) for item in value])
    return value


def _error_of(text: str | None) -> JobError | None:
    if text is None:
        return None
    plain = json.loads(text)
    problems = tuple(Problem(**problem) for problem in plain["problems"])
    return JobError(ErrorKind(plain["kind"]), plain["message"], problems)
