"""What a job's run records: settings, log, metrics of its frames."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from animator.jobs.job import Job, JobEvent
from animator.jobs.settings import film_of
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import dump
from animator.runs.metrics_log import MetricsLog
from animator.runs.run_folder import METRICS, refuse_links
from animator.runs.run_log import LOG, RunLog
from animator.runs.run_settings import PRESET, recorded_settings
from animator.server.context import Context, FoundFilm, FoundJob, ServerContext
from animator.server.files.file_answer import answer_file
from animator.server.files.run_file import open_run_file
from animator.server.problems import Responses, problem_responses
from animator.server.v1.frames import MAX_FRAME
from animator.server.v1.job_view import utc
from animator.settings import Animation

MAX_METRICS = 10_000
router = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["results"])


class SettingsFormat(str, Enum):
    """Format of settings."""

    YAML = "yaml"
    JSON = "json"
    DEFORUM = "deforum"


class LogFormat(str, Enum):
    """Format of a log."""

    JSON = "json"
    LINES = "lines"


class LogEntry(BaseModel):
    """Something that happened to a job."""

    time: datetime
    kind: str = Field(description="`status`, `phase`, `warning`, `output`, or the level of a run's message.")
    text: str


class MetricsPage(BaseModel):
    """Metrics of frames, in their order."""

    frames: list[dict[str, int | float]] = Field(
        description="Each has `frame`, its number, and measurements."
    )
    next: str | None = Field(description="URL of the metrics after these; null at the end.")


_SETTINGS: Responses = {
    200: {"description": "The settings.", "content": {"application/yaml": {}, "application/json": {}}}
}


@router.head("/settings", include_in_schema=False)
@router.get(
    "/settings",
    operation_id="get_settings",
    responses={**_SETTINGS, **problem_responses(404, 422)},
    summary="The settings as rendered",
    response_class=Response,
)
def get_settings(
    job: FoundFilm,
    request: Request,
    format: SettingsFormat = SettingsFormat.YAML,  # noqa: A002 (name of the parameter in the URL)
) -> Response:
    """Sends every setting of the film: the preset that its run records, or the same for Deforum.

    Before the job has a run, they are those that it would begin with.
    """
    if format is SettingsFormat.YAML and job.folder is not None and (job.folder / PRESET).exists():
        return answer_file(request, open_run_file(job.folder, PRESET), PRESET)
    animation = _animation(job)
    if format is SettingsFormat.YAML:
        return Response(dump(animation), media_type="application/yaml")
    if format is SettingsFormat.JSON:
        return Response(animation.model_dump_json(), media_type="application/json")
    return Response(export_settings(animation).text, media_type="application/json")


@router.get(
    "/log",
    operation_id="get_log",
    responses={
        200: {"content": {"application/x-ndjson": {}}},
        **problem_responses(404, 422),
    },
    summary="What happened",
    response_model=list[LogEntry],
)
def get_log(
    job: FoundJob,
    context: Context,
    format: LogFormat = LogFormat.JSON,  # noqa: A002 (name of the parameter in the URL)
) -> list[LogEntry] | Response:
    """Lists what happened to the job and what its run logged, the oldest first."""
    entries = log_of(job, context)
    if format is LogFormat.LINES:
        lines = "".join(f"{entry.model_dump_json()}\n" for entry in entries)
        return Response(lines, media_type="application/x-ndjson")
    return entries


@router.get(
    "/metrics",
    operation_id="get_metrics",
    responses=problem_responses(404, 422),
    summary="Metrics of the frames",
)
def get_metrics(
    job: FoundFilm,
    request: Request,
    first: Annotated[int, Query(alias="from", ge=0, le=MAX_FRAME, description="The first frame.")] = 0,
    last: Annotated[int, Query(alias="to", ge=0, le=MAX_FRAME, description="The last frame.")] = MAX_FRAME,
) -> MetricsPage:
    """Returns what was measured on each finished frame, at most 10,000 frames at once."""
    if job.folder is None:
        return MetricsPage(frames=[], next=None)
    refuse_links(job.folder)
    lines = MetricsLog(job.folder / METRICS).read()
    found: list[dict[str, int | float]] = [
        {**line, "frame": int(line["frame"])} for line in lines if first <= line["frame"] <= last
    ]
    page, more = found[:MAX_METRICS], found[MAX_METRICS:]
    url = str(request.url.include_query_params(**{"from": more[0]["frame"]})) if more else None
    return MetricsPage(frames=page, next=url)


def log_of(job: Job, context: ServerContext) -> list[LogEntry]:
    """Returns what happened to a job and what its run logged, the oldest first."""
    happened = [_entry(event) for event in context.queue.events(job.id)]
    known = {entry.text for entry in happened}
    logged = [entry for entry in _logged(job) if entry.text not in known]
    return sorted((*happened, *logged), key=lambda entry: entry.time)


def _animation(job: Job) -> Animation:
    """Returns the settings of a job's run, or those that it would begin with."""
    if job.folder is not None and (job.folder / PRESET).exists():
        refuse_links(job.folder)
        return recorded_settings(job.folder)
    return film_of(job.request)


def _entry(event: JobEvent) -> LogEntry:
    """Returns an event in words; of a file, the name alone, for nobody else has to know where it is."""
    text = str(next(iter(event.data.values()), ""))
    return LogEntry(
        time=utc(event.time), kind=event.kind, text=Path(text).name if event.kind == "output" else text
    )


def _logged(job: Job) -> Iterator[LogEntry]:
    """Yields the messages of a job's run."""
    if job.folder is None:
        return
    refuse_links(job.folder)
    for entry in RunLog(job.folder / LOG).read():
        with suppress(ValueError):  # a time that is none, written by another program
            time = datetime.fromisoformat(entry.time).astimezone(timezone.utc)
            yield LogEntry(time=time, kind=entry.level, text=entry.message)
