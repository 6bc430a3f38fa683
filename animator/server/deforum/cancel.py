"""Cancels jobs, and waits a moment for those that run to stop."""

import time
from collections.abc import Sequence
from contextlib import suppress

from anyio.to_thread import run_sync

from animator.errors import JobNotFoundError, JobStateError
from animator.jobs.job import Job
from animator.jobs.queue import JobQueue
from animator.server.wait import wait_for_end

STOP_S = 5.0
"""How long the answer waits for running jobs to stop; Deforum's clients expect them CANCELLED by then."""


async def cancel(queue: JobQueue, jobs: Sequence[Job]) -> list[Job]:
    """Cancels jobs and returns those that had not ended, in their order.

    Args:
        queue: Their queue.
        jobs: The jobs.
    """
    cancelled = await run_sync(_cancel_each, queue, jobs)
    end = time.monotonic() + STOP_S
    for job in cancelled:
        with suppress(JobNotFoundError):  # it was deleted in the meantime
            await wait_for_end(queue, job.id, max(0.0, end - time.monotonic()))
    return cancelled


def _cancel_each(queue: JobQueue, jobs: Sequence[Job]) -> list[Job]:
    cancelled: list[Job] = []
    for job in reversed(jobs):  # those that wait first, or one would begin when another stops
        try:
            cancelled.insert(0, queue.cancel(job.id))
        except (JobStateError, JobNotFoundError):  # it ended, or was deleted, in the meantime
            continue
    return cancelled
