"""`Workers`: renders the jobs of a queue in worker processes."""

import threading
import time
from dataclasses import replace
from typing import Any

from filelock import FileLock, Timeout

from animator.errors import RunError
from animator.jobs.job import ErrorKind, Job, JobError, JobPhase, JobProgress, JobState
from animator.jobs.messages import (
    Advanced,
    Ended,
    FromWorker,
    Order,
    Prepared,
    Ready,
    Stop,
    Warned,
    WorkerOptions,
)
from animator.jobs.pool import Worker, WorkerPool
from animator.jobs.queue import PAUSE, JobQueue
from animator.runs.open_model import OpenModel, open_model

LOCK = ".jobs.lock"
LOOK_S = 0.1
"""Time between two looks at the queue."""
MAX_ATTEMPTS = 3
"""Workers that may die at the same frame before its job has failed."""
_ACTIVE = (JobState.RUNNING, JobState.CANCELING)


class Workers:
    """Renders the jobs of a queue while it is open; use it in a `with` block.

    At its end the running jobs stop after their frame and wait for the next time.

    Args:
        queue: The queue.
        options: Device, threads and permissions of the workers.
        count: Number of workers; None starts one for each device.
        opener: Opens diffusers; a top-level function.
    """

    def __init__(
        self,
        queue: JobQueue,
        options: WorkerOptions,
        count: int | None = None,
        opener: OpenModel = open_model,
    ) -> None:
        self._queue = queue
        self._store = queue.store
        self._count = count
        self._pool = WorkerPool(options, opener)
        self._busy: dict[Worker, str] = {}
        self._idle: list[Worker] = []
        self._stopping: set[str] = set()
        self._closing = threading.Event()
        self._lock = FileLock(queue.renders / LOCK, thread_local=False)
        self._thread = threading.Thread(target=self._dispatch, name="jobs", daemon=True)

    def __enter__(self) -> "Workers":
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise RunError(
                f"{self._queue.renders}: another program renders its jobs; submit yours there, or use another "
                "renders folder"
            ) from None
        self._recover()
        for number in range(self._count or 1):
            self._pool.start(number)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()
        self._lock.release()

    def _recover(self) -> None:
        """Puts jobs that ran when their program ended back in the queue."""
        self._finish_wishes()
        for job in self._store.active():
            self._store.change(job.id, _ACTIVE, **_waiting(job))

    def _finish_wishes(self) -> None:
        for job_id, wish in self._store.wishes().items():
            self._settle_stopped(job_id, wish)

    def _dispatch(self) -> None:
        """The thread: hands out jobs, passes on what is wanted of them, and notes what workers report."""
        seen: object = None
        while not self._closing.is_set():
            if self._idle:
                self._hand_out()
            if (version := self._store.version()) != seen:
                seen = version
                self._pass_on_wishes()
            self._listen()
        for worker, job_id in self._busy.items():
            worker.send(Stop(job_id))
        while self._busy:
            self._listen()
        self._pool.end()

    def _listen(self) -> None:
        for worker, message in self._pool.messages(LOOK_S):
            if message is None:
                self._replace(worker)
            else:
                self._note(worker, message)

    def _hand_out(self) -> None:
        while self._idle and (job := self._store.take_next()) is not None:
            worker = self._idle.pop()
            self._busy[worker] = job.id
            worker.send(Order(job.id, job.request, job.folder))

    def _pass_on_wishes(self) -> None:
        running = {job: worker for worker, job in self._busy.items()}
        for job_id in self._store.wishes():
            if job_id in running and job_id not in self._stopping:
                self._stopping.add(job_id)
                running[job_id].send(Stop(job_id))

    def _note(self, worker: Worker, message: FromWorker) -> None:
        if isinstance(message, Ready):
            self._idle.append(worker)
            if self._count is None:
                self._count = message.devices
                for number in range(1, message.devices):
                    self._pool.start(number)
        elif isinstance(message, Prepared):
            self._store.change(message.job, _ACTIVE, title=message.title, folder=message.folder)
        elif isinstance(message, Advanced):
            self._advance(message)
        elif isinstance(message, Warned):
            self._store.add_event(message.job, "warning", {"message": message.text})
        else:
            self._end(worker, message)

    def _advance(self, message: Advanced) -> None:
        job = self._queue.get(message.job)
        new, values = message.progress, dict[str, Any]()
        if new.phase is JobPhase.RENDERING and job.request.start is not None:
            values["request"] = replace(job.request, start=None)  # rewound; from here on it can be resumed
        if new.done > job.progress.done:
            values["attempts"] = 0
        self._store.change(job.id, _ACTIVE, progress=new, **values)
        if new.phase is not job.progress.phase:
            self._store.add_event(job.id, "phase", {"phase": new.phase.value})

    def _end(self, worker: Worker, message: Ended) -> None:
        del self._busy[worker]
        self._idle.append(worker)
        self._stopping.discard(message.job)
        job, now = self._queue.get(message.job), time.time()
        if message.error is not None:
            self._store.change(
                job.id, _ACTIVE, state=JobState.FAILED, wanted="", error=message.error, ended=now
            )
        elif message.stopped:
            self._settle_stopped(job.id, self._store.wishes().get(job.id, ""))
        else:
            done = JobProgress(JobPhase.DONE, job.progress.frames, job.progress.frames)
            self._store.change(
                job.id,
                _ACTIVE,
                state=JobState.SUCCEEDED,
                wanted="",
                films=message.films,
                progress=done,
                ended=now,
            )
            for film in message.films:
                self._store.add_event(job.id, "output", {"path": str(film)})

    def _settle_stopped(self, job_id: str, wish: str) -> None:
        """Gives a job that was stopped the state that was wanted; without one it waits again."""
        job = self._queue.get(job_id)
        if job.state is JobState.CANCELING:
            self._store.change(job_id, _ACTIVE, state=JobState.CANCELED, wanted="", ended=time.time())
        elif wish == PAUSE:
            self._store.change(job_id, _ACTIVE, state=JobState.PAUSED, wanted="")
        else:
            self._store.change(job_id, _ACTIVE, **_waiting(job))

    def _replace(self, worker: Worker) -> None:
        """Starts a new worker for one that has died, whose job is tried again unless it killed several."""
        job_id = self._busy.pop(worker, None)
        if worker in self._idle:
            self._idle.remove(worker)
        if job_id is not None:
            self._stopping.discard(job_id)
            self._try_again(self._queue.get(job_id), worker.process.exitcode)
        self._pool.start(worker.number)

    def _try_again(self, job: Job, code: int | None) -> None:
        attempts = job.attempts + 1
        wish = self._store.wishes().get(job.id, "")
        if wish:
            self._settle_stopped(job.id, wish)
        elif attempts < MAX_ATTEMPTS:
            self._store.add_event(job.id, "warning", {"message": f"its worker ended with exit code {code}"})
            self._store.change(job.id, _ACTIVE, attempts=attempts, **_waiting(job))
        else:
            message = (
                f"its worker ended {attempts} times before frame {job.progress.done} was done, the last time "
                f"with exit code {code}; resume the job to try again"
            )
            error = JobError(ErrorKind.WORKER, message)
            self._store.change(
                job.id, _ACTIVE, state=JobState.FAILED, wanted="", error=error, ended=time.time()
            )


def _waiting(job: Job) -> dict[str, Any]:
    progress = JobProgress(JobPhase.QUEUED, job.progress.done, job.progress.frames)
    return {"state": JobState.QUEUED, "wanted": "", "progress": progress}
