"""Worker processes of a batch, each of which keeps its model from film to film."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from animator.batch.plan import BatchPlan
from animator.batch.progress import FilmProgress
from animator.batch.task import Outcome, Status, Task
from animator.batch.worker import FilmRenderer, Report, stopped
from animator.core.confinement import Confinement, confined, confinement
from animator.core.permissions import Permissions, grant, permissions
from animator.models.device import ComputeOptions
from animator.runs.open_model import OpenModel
from animator.runs.progress import Phase
from animator.runs.session import INTERRUPTED, start_session

SHUTDOWN_SECONDS = 60.0
"""Time for a stopped process to complete its part file."""
REPORT_SECONDS = 0.25
"""Time between two reports of a process's progress."""
ORPHAN_SECONDS = 10.0
"""The same for one whose main process has ended."""
_STOPS = (signal.SIGINT, signal.SIGTERM)


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
        report: Called with the progress of the films.
    """

    def __init__(
        self, plan: BatchPlan, compute: ComputeOptions, jobs: int, opener: OpenModel, report: Report
    ) -> None:
        self._report = report
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
                message = self._receive(worker)
                if isinstance(message, FilmProgress):
                    self._report(message)
                    continue
                task = self._busy.pop(worker)
                outcome, worker = (message, worker) if message else self._replace(worker, task)
                self._assign(worker, task)
                yield outcome

    def _receive(self, worker: _Worker) -> Outcome | FilmProgress | None:
        """Returns what a process reports; None where it is dead."""
        try:
            message: Outcome | FilmProgress = worker.pipe.recv()
        except (EOFError, OSError):
            return None
        return message

    def _replace(self, worker: _Worker, task: Task) -> tuple[Outcome, _Worker]:
        """Returns the outcome of a film whose process has died, and a new process."""
        self._end(worker)
        code = worker.process.exitcode
        partial = stopped(task)
        message = f"its process ended with exit code {code}; resume the batch to finish the film"
        return Outcome(task, Status.FAILED, partial.done, partial.frames, error=message), self._spawn()

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
            target=_work,
            args=(theirs, self._compute, permissions(), confinement(), self._opener),
            daemon=True,
        )
        with _hold_back_signals():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _end(self, worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.join(SHUTDOWN_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


@contextmanager
def _hold_back_signals() -> Iterator[None]:
    """Holds Ctrl-C back, also in processes started meanwhile: they receive it once they can handle it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(
    pipe: Connection,
    compute: ComputeOptions,
    granted: Permissions,
    folders: Confinement | None,
    opener: OpenModel,
) -> None:
    """Renders films in a worker process until none is left, Ctrl-C, or the end of the main process."""
    with grant(granted), confined(folders), suppress(KeyboardInterrupt, EOFError, OSError):
        start_session(compute.threads)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        threading.Thread(target=_end_with_main_process, daemon=True).start()
        renderer = FilmRenderer(compute, _PipeReport(pipe), opener)
        while (task := pipe.recv()) is not None:
            pipe.send(renderer.render(task))


class _PipeReport:
    """Sends progress to the main process: each new phase, and a count now and then."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._sent = 0.0
        self._last: tuple[str, Phase] | None = None

    def __call__(self, progress: FilmProgress) -> None:
        """Sends the progress if it is time."""
        now, state = time.monotonic(), (progress.name, progress.phase)
        if state != self._last or now - self._sent >= REPORT_SECONDS:
            self._last, self._sent = state, now
            self._pipe.send(progress)


def _end_with_main_process() -> None:
    """Stops this process when the main one has ended, however it did: it may have been killed."""
    main = multiprocessing.parent_process()
    if main is not None:
        wait([main.sentinel])
        signal.raise_signal(signal.SIGINT)  # as Ctrl-C: the part file is completed
        time.sleep(ORPHAN_SECONDS)
        os._exit(INTERRUPTED)
