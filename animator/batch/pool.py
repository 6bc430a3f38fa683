"""Worker processes of a batch, each of which keeps its model from film to film."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from animator.batch.plan import BatchPlan
from animator.batch.task import Outcome, Status, Task
from animator.batch.worker import FilmRenderer, stopped
from animator.core.permissions import Permissions, grant, permissions
from animator.models.device import ComputeOptions
from animator.runs.progress_bar import Counter
from animator.runs.render_run import OpenModel, open_model
from animator.runs.session import start_session

SHUTDOWN_SECONDS = 60.0
"""Time for a stopped process to complete its part file."""


@dataclass(frozen=True, eq=False)
class _Worker:
    """A process and the pipe to it."""

    process: SpawnProcess
    pipe: Connection


class WorkerPool:
    """Renders the films of a plan in several processes; use it in a `with` block, which ends them.

    Args:
        plan: The batch.
        compute: Compute options of each process.
        jobs: Number of films to render at once.
        opener: Opens diffusers in each process.
    """

    def __init__(
        self, plan: BatchPlan, compute: ComputeOptions, jobs: int, opener: OpenModel = open_model
    ) -> None:
        self._opener = opener
        self._plan = plan
        self._compute = compute
        self._waiting = plan.waiting
        self._jobs = min(jobs, len(self._waiting))
        self._busy: dict[_Worker, Task] = {}

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._busy:
            if worker.process.pid is not None and worker.process.is_alive():
                os.kill(worker.process.pid, signal.SIGINT)
        for worker in self._busy:
            self._end(worker)

    def outcomes(self) -> Iterator[Outcome]:
        """Yields the outcome of each film when it is done."""
        for _ in range(self._jobs):
            self._assign(self._spawn(), None)
        while self._busy:
            ready = wait([worker.pipe for worker in self._busy])
            for worker in [worker for worker in self._busy if worker.pipe in ready]:
                task = self._busy.pop(worker)
                outcome, worker = self._receive(worker, task)
                self._assign(worker, task)
                yield outcome

    def _receive(self, worker: _Worker, task: Task) -> tuple[Outcome, _Worker]:
        """Returns the outcome that a process reports, and the process to use next; a dead one is replaced."""
        try:
            outcome: Outcome = worker.pipe.recv()
        except (EOFError, OSError):
            self._end(worker)
            code = worker.process.exitcode
            partial = stopped(task)
            message = f"its process ended with exit code {code}; resume the batch to finish the film"
            return Outcome(task, Status.FAILED, partial.done, partial.frames, error=message), self._spawn()
        return outcome, worker

    def _assign(self, worker: _Worker, last: Task | None) -> None:
        """Sends the next film to a process, preferably one with its model; ends it when no film is left."""
        if not self._waiting:
            with suppress(OSError):
                worker.pipe.send(None)
            self._end(worker)
            return
        task = next((task for task in self._waiting if self._plan.shared(task, last)), self._waiting[0])
        self._waiting.remove(task)
        worker.pipe.send(task)
        self._busy[worker] = task

    def _spawn(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_work, args=(theirs, self._compute, permissions(), self._opener), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _end(self, worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.join(SHUTDOWN_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _work(pipe: Connection, compute: ComputeOptions, granted: Permissions, opener: OpenModel) -> None:
    """Renders films in a worker process until none is left, or Ctrl-C."""
    start_session(compute.threads)
    renderer = FilmRenderer(compute, Counter(), opener)
    with grant(granted), suppress(KeyboardInterrupt, EOFError, OSError):
        while (task := pipe.recv()) is not None:
            pipe.send(renderer.render(task))
