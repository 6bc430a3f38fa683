"""GET /health: whether the server works."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from animator import __version__
from animator.jobs.job import JobState
from animator.server.context import Context

router = APIRouter()


class Health(BaseModel):
    """Whether the server works, and what it has to do."""

    status: Literal["ok", "failing"]
    problem: str = Field(description="Why no jobs are rendered; empty while all is well.")
    version: str
    queued: int
    running: int


@router.get(
    "/health",
    operation_id="get_health",
    tags=["server"],
    responses={503: {"model": Health, "description": "No jobs are rendered."}},
    summary="Whether the server works",
)
def get_health(context: Context, response: Response) -> Health:
    """Returns whether the server works; needs no token. Where no jobs are rendered, the status is 503."""
    store, problem = context.queue.store, context.problem()
    if problem:
        response.status_code = 503
    return Health(
        status="failing" if problem else "ok",
        problem=problem,
        version=__version__,
        queued=store.count(JobState.QUEUED),
        running=store.count(JobState.RUNNING, JobState.CANCELING),
    )
