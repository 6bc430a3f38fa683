"""`JobQueue`: submits jobs, looks at them, and says what should become of them, from any program."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from animator.errors import JobStateError
from animator.jobs.job import Job, JobEvent, JobPhase, JobProgress, JobState
from animator.jobs.request import JobRequest, check_priority
from animator.jobs.store import JobFilter, JobStore, Revise

CAPACITY = 1_000
"""Jobs that may wait at once."""
CANCEL, PAUSE = "cancel", "pause"
_WAITING = (JobState.QUEUED, JobState.PAUSED)
_STOPPED = (JobState.PAUSED, JobState.CANCELED, JobState.FAILED)
_PAUSABLE = (*_WAITING, JobState.RUNNING)
_CANCELABLE = (*_PAUSABLE, JobState.CANCELING)
AT_REST = (*_STOPPED, JobState.SUCCEEDED)
"""States in which no worker has a job, and none takes it."""
_NOT_RESUMABLE = "only a job that is paused, canceled or failed can be resumed"


class JobQueue:
    """The jobs of a renders folder.

    Several programs may use the queue of one folder at once. Its jobs are rendered while one of them has
    `Workers` for it, and stay where they are until then.
    """

    def __init__(self, renders: str | os.PathLike[str] = "renders", *, capacity: int = CAPACITY) -> None:
        """Opens the queue of a renders folder.

        Args:
            renders: The folder.
            capacity: How many jobs may wait at once.

        Raises:
            RunError: Its job store cannot be used.
        """
        self.renders = Path(renders).absolute()
        self.store = JobStore(self.renders)
        self._capacity = capacity

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
            request: What to render or train.
            key: Names this submission: repeated with the same key, it returns the first one's job.
            digest: Of the request as it came; a key is for one digest only.

        Raises:
            JobStateError: The key was used for another request.
            QueueFullError: Too many jobs wait.
        """
        return self.store.add(request, self._capacity, key=key, digest=digest)

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

        A running job whose film is finished before the worker hears of it has succeeded.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It has ended.
        """
        return self._change(job_id, _CANCELABLE, _canceled, "only a job that waits or runs can be canceled")

    def pause(self, job_id: str) -> Job:
        """Pauses a job: one that waits does not begin, a running one stops; `resume` continues it.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It has ended, or is being canceled.
        """
        return self._change(job_id, _PAUSABLE, _paused, "only a job that waits or runs can be paused")

    def resume(self, job_id: str) -> Job:
        """Puts a job that was paused or canceled, or that failed, back in the queue, to continue it.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It is in another state.
        """

        def resumed(job: Job) -> Mapping[str, Any]:
            if job.state is not JobState.RUNNING:
                return {**waiting(job), "attempts": 0, "died_at": -1}
            if job.wanted != PAUSE:
                raise self._refusal(job_id, _NOT_RESUMABLE)
            return {"wanted": ""}  # it need not pause any more

        return self._change(job_id, (*_STOPPED, JobState.RUNNING), resumed, _NOT_RESUMABLE)

    def redo(self, job_id: str, frame: int, overrides: Mapping[str, Any] | None = None) -> Job:
        """Puts a job back in the queue, to render its run again from a frame on.

        Args:
            job_id: The job.
            frame: The first frame to render again.
            overrides: Settings to change from there on.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It waits, runs, has no run yet, or is a training.
            UserError: There cannot be such a frame or override.
        """

        def again(job: Job) -> Mapping[str, Any]:
            if job.is_training:
                raise JobStateError(f"job {job_id}: is a training, which has no frames; resume it instead")
            if job.folder is None:
                raise JobStateError(f"job {job_id}: has no frame yet; resume it instead")
            changes = {**job.request.overrides, **(overrides or {})}
            request = replace(job.request, start=frame, overrides=changes)
            return {**waiting(job), "request": request, "films": (), "attempts": 0, "died_at": -1}

        return self._change(job_id, AT_REST, again, "pause or cancel it before it is rendered again")

    def set_priority(self, job_id: str, priority: int) -> Job:
        """Has a job that waits or is paused begin earlier or later: those with a higher priority begin first.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It has begun, or ended.
            UserError: There is no such priority.
        """
        check_priority(priority)
        advice = "only a job that waits can begin earlier or later"
        return self._change(job_id, _WAITING, lambda job: {"priority": priority}, advice)

    def delete(self, job_id: str) -> Job:
        """Forgets a job that has ended or is paused, and returns it; its run folder stays.

        Raises:
            JobNotFoundError: There is no such job.
            JobStateError: It waits or runs.
        """
        job = self.get(job_id)
        if not self.store.delete(job_id, AT_REST):
            raise self._refusal(job_id, "cancel it first")
        return job

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """Waits until a job has ended or is paused, and returns it as it is then, or after a time.

        Raises:
            JobNotFoundError: There is no such job.
        """
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while (job := self.get(job_id)).state not in AT_REST:
            left = 0.25 if end is None else min(0.25, end - time.monotonic())
            if left <= 0:
                break
            self.store.wait(left)
        return job

    def _change(self, job_id: str, states: tuple[JobState, ...], revise: Revise, advice: str) -> Job:
        job = self.store.revise(job_id, states, revise)
        if job is None:
            raise self._refusal(job_id, advice)
        return job

    def _refusal(self, job_id: str, advice: str) -> JobStateError:
        return JobStateError(f"job {job_id}: is {self.get(job_id).state.value}; {advice}")


def waiting(job: Job) -> dict[str, Any]:
    """Returns what changes in a job that is put back in the queue."""
    progress = JobProgress(JobPhase.QUEUED, job.progress.done, job.progress.frames, loss=job.progress.loss)
    return {"state": JobState.QUEUED, "wanted": "", "progress": progress, "error": None, "ended": None}


def _canceled(job: Job) -> Mapping[str, Any]:
    if job.state in _WAITING:
        return {"state": JobState.CANCELED, "ended": time.time()}
    return {"state": JobState.CANCELING, "wanted": CANCEL}


def _paused(job: Job) -> Mapping[str, Any]:
    return {"wanted": PAUSE} if job.state is JobState.RUNNING else {"state": JobState.PAUSED}
