"""`Journal`: writes down what workers report of their jobs."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from animator.jobs.job import ACTIVE, ErrorKind, Job, JobError, JobPhase, JobProgress, JobState
from animator.jobs.messages import Advanced, Ended, Prepared, Previewed, Warned
from animator.jobs.queue import PAUSE, waiting
from animator.jobs.store import JobStore

REPORT_S = 0.25
"""Time between two records of a job's progress within a phase."""
MAX_ATTEMPTS = 3
"""Workers that may die at the same frame before its job has failed."""


class Journal:
    """Writes into the store what happens to the jobs that workers have; nothing for one that is gone.

    Every method may be repeated where it raises a JobStoreError, for then it has changed nothing.

    Args:
        store: The store.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._latest: dict[str, JobProgress] = {}
        self._written: dict[str, tuple[float, JobProgress]] = {}

    def note(self, message: Prepared | Advanced | Warned | Previewed | Ended) -> None:
        """Writes down a report of a worker."""
        if isinstance(message, Prepared):
            self._store.revise(message.job, ACTIVE, lambda job: _prepared(job, message))
        elif isinstance(message, Advanced):
            self._latest[message.job] = message.progress
            self.write_progress()
        elif isinstance(message, Warned):
            self._store.add_event(message.job, "warning", {"message": message.text})
        elif isinstance(message, Previewed):
            self._store.add_event(message.job, "preview", {"step": message.step})
        else:
            self._end(message)

    def write_progress(self) -> None:
        """Writes down how far jobs are: a new phase at once, what else has changed a few times a second."""
        now = time.monotonic()
        for job_id, new in self._latest.items():
            moment, last = self._written.get(job_id, (0.0, None))
            if last is None or new.phase is not last.phase or (new != last and now - moment >= REPORT_S):
                self._advance(job_id, new)
                self._written[job_id] = now, new

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
            job = replace(job, progress=self._latest.get(job_id, job.progress))
            if job.wanted:
                return _stopped(job)
            attempts = job.attempts + 1 if job.progress.done <= job.died_at else 1
            facts = {"attempts": attempts, "died_at": max(job.died_at, job.progress.done)}
            if attempts < MAX_ATTEMPTS:
                return {**waiting(job), **facts}
            message = (
                f"{attempts} workers died before {_unit(job)} {job.progress.done} was done; the last one: "
                f"{end}; resume the job to try again"
            )
            return {**_failed(JobError(ErrorKind.WORKER, message)), **facts}

        with self._store.together():
            self._store.add_event(job_id, "warning", {"message": f"its worker died: {end}"})
            self._store.revise(job_id, ACTIVE, died)
        self._forget(job_id)

    def gave_way(self, job_id: str, end: str) -> None:
        """Has a job tried again whose worker has died of something else; that counts against nothing.

        Args:
            job_id: The job.
            end: How the worker's process ended.
        """
        with self._store.together():
            text = f"its worker died while it made images for somebody else: {end}"
            self._store.add_event(job_id, "warning", {"message": text})
            self._store.revise(job_id, ACTIVE, _stopped)
        self._forget(job_id)

    def _advance(self, job_id: str, new: JobProgress) -> None:
        entered: list[JobPhase] = []

        def advanced(job: Job) -> Mapping[str, Any]:
            if new.phase is not job.progress.phase:
                entered.append(new.phase)
            if new.phase is JobPhase.RENDERING and job.request.start is not None:
                # The run is rewound; from here on it is resumed.
                return {"progress": new, "request": replace(job.request, start=None)}
            return {"progress": new}

        self._store.revise(job_id, ACTIVE, advanced, durable=False)
        for phase in entered:
            self._store.add_event(job_id, "phase", {"phase": phase.value})

    def _forget(self, job_id: str) -> None:
        self._latest.pop(job_id, None)
        self._written.pop(job_id, None)

    def _end(self, message: Ended) -> None:
        error, films = message.error, message.films

        def ended(job: Job) -> Mapping[str, Any]:
            last = self._latest.get(job.id, job.progress)
            if error is not None:
                return {**_failed(error), "progress": last}
            if message.stopped:
                return {"progress": last, **_stopped(replace(job, progress=last))}
            done = JobProgress(JobPhase.DONE, last.frames, last.frames, loss=last.loss)
            return {**_ended(JobState.SUCCEEDED), "films": films, "progress": done}

        with self._store.together():
            if self._store.revise(message.job, ACTIVE, ended) is not None:
                for film in films:
                    self._store.add_event(message.job, "output", {"path": str(film)})
        self._forget(message.job)


def _unit(job: Job) -> str:
    return "step" if job.is_training else "frame"


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
