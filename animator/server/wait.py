"""Waits for a job without keeping a thread."""

import time
from collections.abc import Awaitable, Callable, Collection

import anyio
from anyio.to_thread import run_sync
from fastapi import Request

from animator.jobs.job import Job, JobState
from animator.jobs.queue import JobQueue
from animator.server.context import ServerContext

LOOK_S = 0.1
"""Time between two looks at a job."""
_ENDS = tuple(state for state in JobState if state.has_ended)


async def wait_for_end(
    queue: JobQueue,
    job_id: str,
    timeout_s: float | None = None,
    is_unwanted: Callable[[], Awaitable[bool]] | None = None,
    states: Collection[JobState] = _ENDS,
) -> Job:
    """Waits until a job has ended, and returns it as it is then, or after a time.

    Args:
        queue: Its queue.
        job_id: Its id in the queue.
        timeout_s: The longest time to wait; None waits as long as it takes.
        is_unwanted: Returns True once the answer is of no use any more; see `is_unwanted_by`.
        states: What counts as an end.

    Raises:
        JobNotFoundError: It was deleted, or never there.
    """
    end = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        job = await run_sync(queue.get, job_id)
        if job.state in states or (end is not None and time.monotonic() >= end):
            return job
        if is_unwanted is not None and await is_unwanted():
            return job
        await anyio.sleep(LOOK_S)


def is_unwanted_by(request: Request, context: ServerContext) -> Callable[[], Awaitable[bool]]:
    """Returns what tells whether nobody waits any more: the client went away, or the server ends."""

    async def is_unwanted() -> bool:
        return context.closing.is_set() or await request.is_disconnected()

    return is_unwanted
