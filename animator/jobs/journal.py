"""`Journal`: writes down what workers report of their jobs."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from animator.jobs.job import ErrorKind, Job, JobError, JobPhase, JobProgress, JobState
from animator.jobs.messages import Advanced, Ended, Prepared, Warned
from animator.jobs.queue import PAUSE, waiting
from animator.jobs.store import JobStore

MAX_ATTEMPTS = 3
"""Workers that may die at the same frame before its job has failed."""
ACTIVE = (JobState.RUNNING, JobState.CANCELING)


class Journal:
    """Writes into the store what happens to the jobs that workers have; nothing for one that is gone.

    Every method may be repeated where it raises a JobStoreError, for then it has changed nothing.

    Args:
        store: The store.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store

    def note(self, message: Prepared | Advanced | Warned | Ended) -> None:
        """Writes down a report of a worker."""
        if isinstance(message, Prepared):
            self._store.revise(message.job, ACTIVE, lambda job: _prepared(job, message))
        elif isinstance(message, Advanced):
            self._advance(message)
        elif isinstance(message, Warned):
            self._store.add_event(message.job, "warning", {"message": message.text})
        else:
            self._end(message)

    def recover(self) -> None:
        """Gives jobs whose workers are gone the state that was wanted; without a wish they wait again."""
        for job in self._store.active():
            self._store.revise(job.id, ACTIVE, _stopped)

    def died(self, job_id: str, end: str) -> None:
        """Has a job tried again whose worker has died, unless several died at the same frame.

        Args:
            job_id: The job.
            end: How the worker's process ended.
        """

        def died(job: Job) -> Mapping[str, Any]:
            if job.wanted:
                return _stopped(job)
            attempts = job.attempts + 1 if job.progress.done <= job.died_at else 1
            facts = {"attempts": attempts, "died_at": max(job.died_at, job.progress.done)}
            if attempts < MAX_ATTEMPTS:
                return {**waiting(job), **facts}
            message = (
                f"{attempts} workers died before frame {job.progress.done} was done; the last one: {end}; "
                "resume the job to try again"
            )
            return {**_failed(JobError(ErrorKind.WORKER, message)), **facts}

        with self._store.together():
            self._store.add_event(job_id, "warning", {"message": f"its worker died: {end}"})
            self._store.revise(job_id, ACTIVE, died)

    def _advance(self, message: Advanced) -> None:
        new, entered = message.progress, list[JobPhase]()

        def advanced(job: Job) -> Mapping[str, Any]:
            if new.phase is not job.progress.phase:
                entered.append(new.phase)
            if new.phase is JobPhase.RENDERING and job.request.start is not None:
                # The run is rewound; from here on it is resumed.
                return {"progress": new, "request": replace(job.request, start=None)}
            return {"progress": new}

        self._store.revise(message.job, ACTIVE, advanced, durable=False)
        for phase in entered:
            self._store.add_event(message.job, "phase", {"phase": phase.value})

    def _end(self, message: Ended) -> None:
        error, films = message.error, message.films

        def ended(job: Job) -> Mapping[str, Any]:
            if error is not None:
                return _failed(error)
            if message.stopped:
                return _stopped(job)
            done = JobProgress(JobPhase.DONE, job.progress.frames, job.progress.frames)
            return {**_ended(JobState.SUCCEEDED), "films": films, "progress": done}

        with self._store.together():
            if self._store.revise(message.job, ACTIVE, ended) is not None:
                for film in films:
                    self._store.add_event(message.job, "output", {"path": str(film)})


def _prepared(job: Job, message: Prepared) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"title": message.title, "folder": message.folder}
    if message.outdir is not None:
        folder, timestring = str(message.outdir.folder), message.outdir.timestring
        facts["request"] = replace(job.request, outdir=folder, timestring=timestring)
    return facts


def _ended(state: JobState) -> dict[str, Any]:
    return {"state": state, "wanted": "", "ended": time.time()}


def _failed(error: JobError) -> dict[str, Any]:
    return {**_ended(JobState.FAILED), "error": error}


def _stopped(job: Job) -> Mapping[str, Any]:
    if job.state is JobState.CANCELING:
        return _ended(JobState.CANCELED)
    if job.wanted == PAUSE:
        return {"state": JobState.PAUSED, "wanted": ""}
    return waiting(job)
