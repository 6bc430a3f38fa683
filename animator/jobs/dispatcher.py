"""`Dispatcher`: hands jobs to workers, has them stopped, and replaces workers that die."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from animator.errors import JobStoreError
from animator.jobs.images.desk import ImageDesk
from animator.jobs.images.dispatch import ImageDispatch
from animator.jobs.images.messages import FromImageWorker
from animator.jobs.journal import Journal
from animator.jobs.messages import Ended, FromWorker, Order, Ready, Stop, Unable
from animator.jobs.pool import SHUTDOWN_S, Worker, WorkerPool
from animator.jobs.store import JobStore

log = logging.getLogger(__name__)
LOOK_S = 0.1
"""Time between two looks at the queue."""
RETRY_S = 1.0
"""Time between two attempts to write into a store that cannot be written."""
STOP_S = 60.0
"""Time for a worker to stop a job; then it is killed, which costs no finished frame."""
MAX_PAUSE_S = 60.0
"""Longest time before a worker that cannot start is tried again."""
Result = TypeVar("Result")


class Dispatcher:
    """The work of the thread that runs a queue's jobs.

    Args:
        store: The jobs.
        pool: The workers.
        closing: Set to end it.
        images: Orders for images.
    """

    def __init__(
        self, store: JobStore, pool: WorkerPool, closing: threading.Event, images: ImageDesk
    ) -> None:
        self._store = store
        self._journal = Journal(store)
        self._pool = pool
        self._closing = closing
        self._images = ImageDispatch(images)
        self._busy: dict[Worker, str] = {}
        self._idle: list[Worker] = []
        self._stopping: dict[str, float] = {}
        self._failures: dict[int, int] = {}
        self._restarts: dict[int, float] = {}
        self.problem = ""

    def run(self, count: int) -> None:
        """Renders jobs with a number of workers until it is to end; running jobs wait for the next time."""
        for number in range(count):
            self._pool.start(number)
        seen: object = None
        while not self._closing.is_set():
            version = self._surely(self._store.version)
            if version != seen:
                seen = version
                self._surely(self._stop_as_wanted)
                self._surely(self._hand_out)
            self._kill_what_does_not_stop()
            self._start_again()
            self._hand_out_images()
            self._listen()
            self._surely(self._journal.write_progress)
        self._end()

    def _end(self) -> None:
        for worker, job_id in self._busy.items():
            worker.send(Stop(job_id))
        end = time.monotonic() + SHUTDOWN_S
        while self._busy and time.monotonic() < end:
            self._listen()
        for worker in tuple(self._busy):
            self._pool.kill(worker)
        self._surely(self._journal.recover)

    def _surely(self, act: Callable[[], Result]) -> Result:
        """Returns what a function of the store returns; as long as that cannot be used, it is tried again.

        Raises:
            JobStoreError: It still cannot when this is to end; the jobs are put right at the next start.
        """
        while True:
            try:
                result = act()
            except JobStoreError as error:
                if str(error) != self.problem:
                    log.warning("%s; trying again", error)
                self.problem = str(error)
                if self._closing.wait(RETRY_S):
                    return act()
            else:
                return result

    def _hand_out(self) -> None:
        while self._idle and not self._closing.is_set() and (job := self._store.take_next()) is not None:
            worker = self._idle.pop()
            self._busy[worker] = job.id
            worker.send(Order(job.id, job.request, job.folder, job.progress))

    def _hand_out_images(self) -> None:
        """Hands orders for images to idle workers, then to those with a film, which make them in between."""
        for worker in self._images.hand_out((*self._idle, *self._busy)):
            if worker in self._idle:
                self._idle.remove(worker)
        self._images.pass_on_ends()
        if self.problem and not self._idle and not self._busy:
            self._images.fail_waiting(self.problem)

    def _stop_as_wanted(self) -> None:
        running = {job: worker for worker, job in self._busy.items()}
        for job_id in self._store.wishes():
            if job_id in running and job_id not in self._stopping:
                self._stopping[job_id] = time.monotonic()
                running[job_id].send(Stop(job_id))

    def _kill_what_does_not_stop(self) -> None:
        now = time.monotonic()
        for worker, job_id in tuple(self._busy.items()):
            if job_id in self._stopping and self._images.has(worker):
                self._stopping[job_id] = now  # images are made first; the time is for the film
            elif now - self._stopping.get(job_id, now) > STOP_S:
                self._pool.kill(worker)
                self._replace(worker)

    def _listen(self) -> None:
        for worker, message in self._pool.messages(LOOK_S):
            if message is None:
                self._replace(worker)
            else:
                self._note(worker, message)

    def _note(self, worker: Worker, message: FromWorker) -> None:
        if isinstance(message, Ready):
            self._be_idle(worker)
        elif isinstance(message, Unable):
            self.problem = f"worker {worker.number} cannot start: {message.reason}"
        elif isinstance(message, FromImageWorker):
            self._images.note(worker, message)
            self._be_idle_if_done(worker)
        else:
            self._surely(lambda: self._journal.note(message))
            if isinstance(message, Ended):
                self._failures.pop(worker.number, None)
                self._stopping.pop(self._busy.pop(worker), None)
                self._be_idle_if_done(worker)

    def _be_idle_if_done(self, worker: Worker) -> None:
        if worker not in self._busy and worker not in self._idle and not self._images.has(worker):
            self._be_idle(worker)

    def _be_idle(self, worker: Worker) -> None:
        self.problem = ""
        self._idle.append(worker)
        self._surely(self._hand_out)

    def _replace(self, worker: Worker) -> None:
        """Has a new worker started for one that has died; one that died idle, or before, later and later."""
        pause = 0.0
        died_of_images = self._images.died(worker)
        if worker in self._busy:
            job_id = self._busy[worker]
            note = self._journal.gave_way if died_of_images else self._journal.died
            self._surely(lambda: note(job_id, worker.end))
            del self._busy[worker]
            self._stopping.pop(job_id, None)
        elif not died_of_images:
            failures = self._failures[worker.number] = self._failures.get(worker.number, 0) + 1
            pause = min(MAX_PAUSE_S, 2.0**failures)
            self.problem = self.problem or f"worker {worker.number} died: {worker.end}"
            log.warning("%s; it is started again in %.0f s", self.problem, pause)
        if worker in self._idle:
            self._idle.remove(worker)
        self._restarts[worker.number] = time.monotonic() + pause

    def _start_again(self) -> None:
        due = [number for number, moment in self._restarts.items() if moment <= time.monotonic()]
        for number in due:
            del self._restarts[number]
            self._pool.start(number)
