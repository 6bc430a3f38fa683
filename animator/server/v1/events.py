"""Server-sent events: what happens to jobs, as it happens."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from animator.server.context import Context, FoundJob
from animator.server.problems import problem_responses
from animator.server.v1.event_stream import EventStream

router = APIRouter(prefix="/api/v1", tags=["events"])


def last_event(last_event_id: Annotated[str | None, Header(max_length=200)] = None) -> int | None:
    """Returns the number of the last event that a client has seen; None for a new client."""
    text = last_event_id or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


LastEvent = Annotated[int | None, Depends(last_event)]


def check_not_over(job: FoundJob, context: Context, last: LastEvent) -> None:
    """Tells a browser that has seen the end of a job not to connect again: that is what 204 means to it."""
    if job.state.has_ended and last is not None and last >= context.events.newest_of(job.id):
        raise HTTPException(204)


@router.get(
    "/jobs/{job_id}/events",
    operation_id="stream_job_events",
    responses={204: {"description": "The client has seen the job's end."}, **problem_responses(404, 422)},
    response_class=EventSourceResponse,
    dependencies=[Depends(check_not_over)],
    summary="Follow a job",
)
async def stream_job_events(
    job: FoundJob, context: Context, request: Request, last: LastEvent
) -> AsyncIterable[ServerSentEvent]:
    """Sends `snapshot` with the whole job, then what happens to it, until the job ends.

    Events are `status`, `phase`, `progress` (at most four a second), `warning` and `output`. The last one is
    the `status` in which the job ended. A client that comes back with `Last-Event-ID` gets what it missed.
    """
    async for event in EventStream(context, request).of_job(job.id, last):
        yield event


@router.get(
    "/events",
    operation_id="stream_events",
    responses=problem_responses(422),
    response_class=EventSourceResponse,
    summary="Follow all jobs",
)
async def stream_events(
    context: Context, request: Request, last: LastEvent
) -> AsyncIterable[ServerSentEvent]:
    """Sends `snapshot` with the newest jobs as in a list, then what happens to any job; does not end."""
    async for event in EventStream(context, request).of_all(last):
        yield event
