"""`DeforumJobs`: the jobs that came by Deforum's API, found by the ids that it gave them."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends

from animator.errors import JobNotFoundError
from animator.jobs.job import Job
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.jobs.store import JobFilter
from animator.server.context import Context

MAX_LISTED = 1_000
"""Jobs in a list; Deforum forgets all at its end, whereas here there may be many thousands of old ones."""
MAX_BATCH = 1_000
"""Jobs in a batch."""
_API, _BATCH, _JOB = "api", "deforum_batch", "deforum_job"
"""Labels, by which our own API finds the jobs, too."""
_DEFORUM = "deforum"
_IDS = 1_000_000_000


class DeforumJobs:
    """The jobs of a queue that came by Deforum's API.

    Args:
        queue: The queue.
    """

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue

    def submit(
        self, films: Sequence[Mapping[str, Any]], options: Mapping[str, Any] | None
    ) -> tuple[str, list[Job]]:
        """Adds the jobs of a batch, all or none, and returns its id and them.

        Args:
            films: The Deforum settings of each.
            options: The `options_overrides` of all; None where there are none.

        Raises:
            QueueFullError: So many jobs cannot wait.
        """
        with self.queue.store.together():
            batch = self._new_id()
            requests = [self._request(batch, index, film, options) for index, film in enumerate(films)]
            return batch, [self.queue.submit(request) for request in requests]

    def get(self, job_id: str) -> Job:
        """Returns a job by its id in Deforum's API.

        Raises:
            JobNotFoundError: There is none.
        """
        found = next(self._find({_JOB: job_id}, MAX_BATCH), None)  # labels are free for other jobs, too
        if found is None:
            raise JobNotFoundError(job_id)
        return found

    def batch(self, batch_id: str) -> list[Job]:
        """Returns the jobs of a batch in their order; none where there is no such batch."""
        return list(self._find({_BATCH: batch_id}, MAX_BATCH))[::-1]

    def newest(self) -> list[Job]:
        """Returns the newest `MAX_LISTED` jobs, the oldest of them first."""
        return list(self._find({_API: _DEFORUM}, MAX_LISTED))[::-1]

    def _find(self, labels: Mapping[str, str], limit: int) -> Iterator[Job]:
        jobs = self.queue.find(JobFilter(labels=labels, limit=limit))
        return (job for job in jobs if job.request.client.get("api") == _DEFORUM)

    def _new_id(self) -> str:
        while self.batch(batch := f"batch({secrets.randbelow(_IDS)})"):
            pass
        return batch

    def _request(
        self, batch: str, index: int, settings: Mapping[str, Any], options: Mapping[str, Any] | None
    ) -> JobRequest:
        job_id = f"{batch}-{index}"
        return JobRequest(
            settings=settings,
            options=options,
            outdir=str(self.queue.renders.resolve()),
            labels={_API: _DEFORUM, _BATCH: batch, _JOB: job_id},
            client={"api": _DEFORUM, "batch": batch, "id": job_id},
        )


def _jobs_of(context: Context) -> DeforumJobs:
    return DeforumJobs(context.queue)


Jobs = Annotated[DeforumJobs, Depends(_jobs_of)]
"""The jobs, as a parameter of a handler."""
