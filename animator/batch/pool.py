"""Several films side by side: a process for each, which keeps its model from film to film."""

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
from animator.models.device import ComputeOptions
from animator.runs.progress_bar import Counter
from animator.runs.render_run import OpenModel, open_model
from animator.runs.session import begin

PATIENCE = 60.0
"""Seconds for a stopped process to end its film's part file."""


@dataclass(frozen=True, eq=False)
class _Worker:
    """One process and the pipe to it."""

    process: SpawnProcess
    pipe: Connection


class WorkerPool:
    """Renders the films of a plan in several processes; use it in a `with` block, which ends them.

    Args:
        plan: The batch.
        compute: What each process computes with.
        jobs: How many films side by side.
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
        for hand in self._busy:
            if hand.process.pid is not None and hand.process.is_alive():
                os.kill(hand.process.pid, signal.SIGINT)
        for hand in self._busy:
            self._end(hand)

    def outcomes(self) -> Iterator[Outcome]:
        """How films came out, as they are done."""
        for _ in range(self._jobs):
            self._assign(self._spawn(), None)
        while self._busy:
            ready = wait([hand.pipe for hand in self._busy])
            for hand in [hand for hand in self._busy if hand.pipe in ready]:
                task = self._busy.pop(hand)
                outcome, hand = self._receive(hand, task)
                self._assign(hand, task)
                yield outcome

    def _receive(self, hand: _Worker, task: Task) -> tuple[Outcome, _Worker]:
        """What a process says of its film, and who goes on; one that died is replaced."""
        try:
            outcome: Outcome = hand.pipe.recv()
        except (EOFError, OSError):
            self._end(hand)
            code = hand.process.exitcode
            left = stopped(task)
            words = f"its process ended with exit code {code}; go on with --continue"
            return Outcome(task, Status.FAILED, left.done, left.frames, error=words), self._spawn()
        return outcome, hand

    def _assign(self, hand: _Worker, last: Task | None) -> None:
        """The next film for a process, one with its model if there is any; without films it goes."""
        if not self._waiting:
            with suppress(OSError):
                hand.pipe.send(None)
            self._end(hand)
            return
        task = next((task for task in self._waiting if self._plan.shared(task, last)), self._waiting[0])
        self._waiting.remove(task)
        hand.pipe.send(task)
        self._busy[hand] = task

    def _spawn(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._compute, self._opener), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _end(self, hand: _Worker) -> None:
        hand.pipe.close()
        hand.process.join(PATIENCE)
        if hand.process.is_alive():
            hand.process.kill()
            hand.process.join()


def _work(pipe: Connection, compute: ComputeOptions, opener: OpenModel) -> None:
    """What a process does: film after film, until there is none or Ctrl-C."""
    begin(compute.threads)
    studio = FilmRenderer(compute, Counter(), opener)
    with suppress(KeyboardInterrupt, EOFError, OSError):
        while (task := pipe.recv()) is not None:
            pipe.send(studio.render(task))
