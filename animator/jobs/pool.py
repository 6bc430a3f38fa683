"""`WorkerPool`: worker processes and the pipes to them."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from animator.jobs.messages import FromWorker, ToWorker, WorkerOptions
from animator.jobs.worker import work
from animator.runs.open_model import OpenModel

SHUTDOWN_S = 60.0
"""Time for a worker to finish its frame when it is to end."""


@dataclass(frozen=True, eq=False)
class Worker:
    """A worker process.

    Attributes:
        number: Its number, from 0.
        process: The process.
        pipe: The pipe to it.
    """

    number: int
    process: SpawnProcess
    pipe: Connection

    def send(self, message: ToWorker) -> None:
        """Sends a message; a worker that has died is noticed by `WorkerPool.messages`."""
        with suppress(OSError):
            self.pipe.send(message)


class WorkerPool:
    """Worker processes.

    Args:
        options: Options of each.
        opener: Opens diffusers in each; a top-level function.
    """

    def __init__(self, options: WorkerOptions, opener: OpenModel) -> None:
        self._options = options
        self._opener = opener
        self._workers: list[Worker] = []

    @property
    def workers(self) -> Sequence[Worker]:
        """The workers that live."""
        return tuple(self._workers)

    def start(self, number: int) -> Worker:
        """Starts a worker and returns it."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=work, args=(theirs, self._options, number, self._opener), daemon=True
        )
        process.start()
        theirs.close()
        worker = Worker(number, process, ours)
        self._workers.append(worker)
        return worker

    def messages(self, timeout_s: float) -> Iterator[tuple[Worker, FromWorker | None]]:
        """Waits for messages, at most for a time, and yields them; None for a worker that has died."""
        ready = wait([worker.pipe for worker in self._workers], timeout_s)
        for worker in [worker for worker in self._workers if worker.pipe in ready]:
            try:
                yield worker, worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker)
                yield worker, None

    def end(self) -> None:
        """Ends the workers that are left; one that does not end in time is killed."""
        for worker in self._workers:
            worker.send(None)
        end = time.monotonic() + SHUTDOWN_S
        for worker in tuple(self._workers):
            worker.process.join(max(0.0, end - time.monotonic()))
            self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()
