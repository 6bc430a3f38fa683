"""Renders the films of a batch as jobs: one by one in this process, or several at once in workers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from animator.batch.plan import BatchPlan
from animator.batch.task import Outcome, Status, Task
from animator.errors import AnimatorError
from animator.jobs.film import JobFilm
from animator.jobs.messages import Advanced, Ended, FromWorker, Order, Ready, Stop, Unable, WorkerOptions
from animator.jobs.pool import Worker, WorkerPool
from animator.models.device import choose_device
from animator.runs.model_cache import DiffuserCache
from animator.runs.open_model import OpenModel
from animator.runs.run import is_run
from animator.runs.run_reader import RunReader
from animator.runs.stop_token import StopToken

Report = Callable[[Advanced], None]
WAIT_S = 1.0


def render_here(
    plan: BatchPlan, options: WorkerOptions, opener: OpenModel, report: Report
) -> Iterator[Outcome]:
    """Renders a batch's films in this process, and yields the outcome of each.

    Args:
        plan: The batch.
        options: Device and threads.
        opener: Opens diffusers.
        report: Called with the progress of each film.

    Raises:
        KeyboardInterrupt: Ctrl-C; the frames so far are complete.
    """
    device, models = choose_device(options.device), DiffuserCache(opener)

    def send(message: FromWorker) -> None:
        if isinstance(message, Advanced):
            report(message)

    for task in plan.waiting:
        started = time.monotonic()
        ended = JobFilm(_order(plan, task), options, device, models, send).run(StopToken())
        yield _outcome(plan, task, ended, started)


class BatchWorkers:
    """Renders a batch's films in worker processes; use it in a `with` block, which ends them.

    Args:
        plan: The batch.
        options: Device and threads of each worker.
        opener: Opens diffusers; a top-level function.
        report: Called with the progress of each film.
    """

    def __init__(self, plan: BatchPlan, options: WorkerOptions, opener: OpenModel, report: Report) -> None:
        self._plan = plan
        self._waiting = plan.waiting
        self._pool = WorkerPool(options, opener)
        self._report = report
        self._busy: dict[Worker, tuple[Task, float]] = {}
        self._unable = ""

    def __enter__(self) -> "BatchWorkers":
        return self

    def __exit__(self, *exception: object) -> None:
        for worker, (busy, _) in self._busy.items():
            worker.send(Stop(busy.folder.name))
        self._pool.end()

    def outcomes(self, jobs: int) -> Iterator[Outcome]:
        """Yields the outcome of each film when it is done.

        Args:
            jobs: Number of films to render at once.
        """
        for number in range(min(jobs, len(self._waiting))):
            self._pool.start(number)
        while self._waiting or self._busy:
            for worker, message in self._pool.messages(WAIT_S):
                if isinstance(message, Ended):
                    task, started = self._busy.pop(worker)
                    self._assign(worker, task)
                    yield _outcome(self._plan, task, message, started)
                elif message is None:
                    yield from self._replace(worker)
                else:
                    self._note(worker, message)

    def _note(self, worker: Worker, message: FromWorker) -> None:
        if isinstance(message, Advanced):
            self._report(message)
        elif isinstance(message, Ready):
            self._assign(worker, None)
        elif isinstance(message, Unable):
            self._unable = message.reason

    def _assign(self, worker: Worker, last: Task | None) -> None:
        """Sends the next film to a worker, preferably one with its model; ends it when no film is left."""
        if not self._waiting:
            worker.send(None)
            return
        task = next((task for task in self._waiting if self._plan.shared(task, last)), self._waiting[0])
        self._waiting.remove(task)
        self._busy[worker] = task, time.monotonic()
        worker.send(_order(self._plan, task))

    def _replace(self, worker: Worker) -> Iterator[Outcome]:
        """Yields the outcome of a film whose worker has died, or could not even take it; starts another."""
        if worker not in self._busy and not self._waiting:  # it had nothing left to do
            return
        if worker not in self._busy:
            self._busy[worker] = self._waiting.pop(0), time.monotonic()
        task, started = self._busy.pop(worker)
        if self._waiting:
            self._pool.start(worker.number)
        reason = self._unable or worker.end
        failed = partial(task, Status.FAILED, f"its process: {reason}; resume the batch to finish the film")
        yield replace(failed, seconds=time.monotonic() - started)


def partial(task: Task, status: Status, error: str = "") -> Outcome:
    """Returns the outcome of a film that is not finished, with the frames that are in its folder."""
    if not is_run(task.folder):
        return Outcome(task, status, error=error)
    try:
        run = RunReader.open(task.folder)
    except AnimatorError:  # the error of the rendering is the one to report
        return Outcome(task, status, error=error)
    return Outcome(task, status, run.frames_done, run.animation.frames, error=error)


def _order(plan: BatchPlan, task: Task) -> Order:
    return Order(task.folder.name, plan.request(task))


def _outcome(plan: BatchPlan, task: Task, ended: Ended, started: float) -> Outcome:
    seconds = time.monotonic() - started
    if ended.error is not None:
        return replace(partial(task, Status.FAILED, ended.error.message), seconds=seconds)
    frames = plan.films[task.folder].frames
    return Outcome(task, Status.FINISHED, frames, frames, seconds, ended.films)
