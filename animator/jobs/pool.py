"""`WorkerPool`: worker processes and the pipes to them."""

import multiprocessing
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from animator.errors import UserError
from animator.jobs.messages import FromWorker, ToWorker, WorkerOptions
from animator.jobs.worker import STOPS, work
from animator.runs.open_model import OpenModel

SHUTDOWN_S = 60.0
"""Time for a worker to stop its job when it is to end."""
EXIT_S = 5.0
"""Time for a worker that has closed its pipe to exit."""


POLL_S = 0.1


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

    @property
    def end(self) -> str:
        """How a process that has ended did, for people."""
        code = self.process.exitcode
        if code is None or code >= 0:
            return f"it ended with exit code {code}"
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        advice = ", as by the system when memory runs out" if name == "SIGKILL" else ""
        return f"it was ended by {name}{advice}"


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

    def start(self, number: int) -> Worker:
        """Starts a worker and returns it."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=work, args=(theirs, self._options, number, self._opener), daemon=True
        )
        with _hold_back_signals():
            process.start()
        theirs.close()
        worker = Worker(number, process, ours)
        self._workers.append(worker)
        return worker

    def messages(self, timeout_s: float) -> Iterator[tuple[Worker, FromWorker | None]]:
        """Waits for messages, at most for a time, and yields them; None for a worker that has died."""
        if not self._workers:
            time.sleep(timeout_s)
            return
        ready = wait([worker.pipe for worker in self._workers], timeout_s)
        for worker in [worker for worker in self._workers if worker.pipe in ready]:
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                worker.process.join(EXIT_S)
                self.kill(worker)
                yield worker, None
            else:
                yield worker, message

    def kill(self, worker: Worker) -> None:
        """Ends a worker at once; what it renders can be resumed."""
        if worker in self._workers:
            self._workers.remove(worker)
        worker.pipe.close()
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()

    def end(self, timeout_s: float = SHUTDOWN_S) -> None:
        """Ends the workers that are left; one that does not end in time is killed."""
        for worker in self._workers:
            worker.send(None)
        end = time.monotonic() + timeout_s
        while self._workers and time.monotonic() < end:
            for _ in self.messages(POLL_S):  # a worker whose reports nobody takes could not end
                pass
        for worker in tuple(self._workers):
            self.kill(worker)


def check_can_start() -> None:
    """Checks that this program may start workers now.

    Raises:
        UserError: It is a worker itself that imports the program's main module.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise UserError(
            "workers are started while a worker imports this program's main module; put what starts them "
            'under `if __name__ == "__main__":`'
        )


@contextmanager
def _hold_back_signals() -> Iterator[None]:
    """Holds Ctrl-C back, also in processes started meanwhile, until they ignore it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
