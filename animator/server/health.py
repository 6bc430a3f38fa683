"""GET /health: whether the server works."""

from fastapi import APIRouter
from pydantic import BaseModel

from animator import __version__
from animator.jobs.job import JobState
from animator.server.context import Context

router = APIRouter()


class Health(BaseModel):
    """That the server works, and what it has to do."""

    status: str
    version: str
    queued: int
    running: int


@router.get("/health", operation_id="get_health", tags=["server"], summary="Whether the server works")
def get_health(context: Context) -> Health:
    """Returns that the server works; needs no token."""
    store = context.queue.store
    return Health(
        status="ok",
        version=__version__,
        queued=store.count(JobState.QUEUED),
        running=store.count(JobState.RUNNING, JobState.CANCELING),
    )
