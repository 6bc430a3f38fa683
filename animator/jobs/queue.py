"""`JobQueue`: submits jobs, looks at them, and says what should become of them, from any program."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from animator.errors import JobStateError, QueueFullError
from animator.jobs.job import Job, JobEvent, JobPhase, JobProgress, JobState
from animator.jobs.request import JobRequest
from animator.jobs.store import JobFilter, JobStore

CAPACITY = 1_000
"""Jobs that may wait at once."""
CANCEL, PAUSE = "cancel", "pause"
_WAITING = (JobState.QUEUED, JobState.PAUSED)
_STOPPED = (JobState.PAUSED, JobState.CANCELED, JobState.FAILED)
_AT_REST = (*_STOPPED, JobState.SUCCEEDED)


class JobQueue:
    """The jobs of a renders folder.

    Several programs may use the queue of one folder at once. Its jobs are rendered while one of them has
    `Workers` for it, and stay where they are until then.
    """

    def __init__(self, renders: str | Path = "renders", *, capacity: int = CAPACITY) -> None:
        """Opens the queue of a renders folder.

        Args:
            renders: The folder.
            capacity: How many jobs may wait at once.

        Raises:
            RunError: Its job store cannot be used.
        """
        self.renders = Path(renders)
        self.store = JobStore(self.renders)
        self.capacity = capacity

    def __enter__(self) -> "JobQueue":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the queue; its jobs stay."""
        self.store.close()

    def submit(self, request: JobRequest, *, key: str = "", digest: str = "") -> Job:
        """Adds a job to the queue and returns it.

        Args:
            request: What to render.
            key: Names this submission: repeated with the same key, it returns the first one's job.
            digest: Of the request as it came; a key is for one digest only.

        Raises:
            JobStateError: The key was used for another request.
            QueueFullError: Too many jobs wait.
        """
        known = self.store.key(key) if key else None
        if known is not None and known[1] != digest:
            raise JobStateError(f"key {key:.80}: was used for another request; take a new key for a new job")
        if known is None and self.store.count(JobState.QUEUED) >= self.capacity:
            raise QueueFullError(f"{self.capacity} jobs wait, as many as may; submit it again later")
        return self.store.add(request, key=key, digest=digest)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Makes what is done to the queue in a `with` block one step: all of it happens, or nothing."""
        with self.store.writing():
            yield

    def get(self, job_id: str) -> Job:
        """Returns a job; raises a JobNotFoundError if there is none of this id."""
        return self.store.get(job_id)

    def find(self, wanted: JobFilter = JobFilter()) -> list[Job]:  # noqa: B008 (frozen)
        """Returns jobs, the newest first."""
        return self.store.find(wanted)

    def events(self, job_id: str, after: int = 0) -> list[JobEvent]:
        """Returns what happened to a job after the event of a number, the oldest first."""
        return self.store.events(job_id, after)

    def cancel(self, job_id: str) -> Job:
        """Cancels a job: one that waits never begins, a running one stops; its frames stay.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It has ended.
        """
        if not self._end_waiting(job_id, JobState.CANCELED):
            changed = self.store.change(
                job_id, [JobState.RUNNING, JobState.CANCELING], state=JobState.CANCELING, wanted=CANCEL
            )
            if not changed and not self._end_waiting(job_id, JobState.CANCELED):
                raise self._refusal(job_id, "it cannot be canceled any more")
        return self.get(job_id)

    def pause(self, job_id: str) -> Job:
        """Pauses a job: one that waits does not begin, a running one stops; `resume` goes on.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It has ended, or is being canceled.
        """
        if self.get(job_id).state is not JobState.PAUSED:
            waiting = self.store.change(job_id, [JobState.QUEUED], state=JobState.PAUSED)
            if not waiting and not self.store.change(job_id, [JobState.RUNNING], wanted=PAUSE):
                raise self._refusal(job_id, "only a job that waits or runs can be paused")
        return self.get(job_id)

    def resume(self, job_id: str) -> Job:
        """Puts a job that was paused or canceled, or that failed, back in the queue: it goes on.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It is in another state.
        """
        if not self._requeue(job_id, _STOPPED, {}):
            raise self._refusal(job_id, "only a job that is paused, canceled or failed can be resumed")
        return self.get(job_id)

    def redo(self, job_id: str, frame: int, overrides: Mapping[str, Any] | None = None) -> Job:
        """Puts a job back in the queue, to render its run again from a frame on.

        Args:
            job_id: The job.
            frame: The first frame to render again.
            overrides: Settings to change from there on.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It waits, runs, or has no run yet.
        """
        job = self.get(job_id)
        if job.folder is None:
            raise JobStateError(f"job {job_id}: has no frame yet; resume it instead")
        request = replace(job.request, start=frame, overrides={**job.request.overrides, **(overrides or {})})
        if not self._requeue(job_id, _AT_REST, {"request": request}):
            raise self._refusal(job_id, "pause or cancel it before it is rendered again")
        return self.get(job_id)

    def delete(self, job_id: str) -> Job:
        """Forgets a job that has ended or is paused, and returns it; its run folder stays.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It waits or runs.
        """
        job = self.get(job_id)
        if job.state not in _AT_REST:
            raise self._refusal(job_id, "cancel it first")
        self.store.delete(job_id)
        return job

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """Waits until a job has ended or is paused, and returns it as it is then, or after a time.

        Raises:
            JobNotFoundError: There is no such job.
        """
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while (job := self.get(job_id)).state not in _AT_REST:
            left = 0.25 if end is None else min(0.25, end - time.monotonic())
            if left <= 0:
                break
            self.store.wait(left)
        return job

    def _end_waiting(self, job_id: str, state: JobState) -> bool:
        return self.store.change(job_id, _WAITING, state=state, ended=time.time())

    def _requeue(self, job_id: str, states: tuple[JobState, ...], values: Mapping[str, Any]) -> bool:
        job = self.get(job_id)
        progress = JobProgress(JobPhase.QUEUED, job.progress.done, job.progress.frames)
        return self.store.change(
            job_id, states, state=JobState.QUEUED, wanted="", progress=progress, error=None, ended=None,
            attempts=0, **values,
        )  # fmt: skip

    def _refusal(self, job_id: str, advice: str) -> JobStateError:
        return JobStateError(f"job {job_id}: is {self.get(job_id).state.value}; {advice}")
