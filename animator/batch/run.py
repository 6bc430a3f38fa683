"""`animator batch`: many films, one summary; a film that fails stops no other."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from animator.batch.plan import BatchJob, BatchPlan, plan_batch
from animator.batch.pool import WorkerPool
from animator.batch.summary import SUMMARY, table, write_summary
from animator.batch.task import Outcome, Status
from animator.batch.worker import FilmRenderer, stopped
from animator.runs.progress_bar import Counter
from animator.runs.render_run import OpenModel, open_model
from animator.runs.session import INTERRUPTED, begin, say

BATCHES = Path("renders") / "batch"


def batch_folder(out: Path | None, *, resume: bool) -> Path:
    """The folder of a batch: as asked, the newest one to go on with, or a new one."""
    if out is not None:
        return out
    newest = max(BATCHES.glob(f"*/{SUMMARY}"), default=None) if resume else None
    return newest.parent if newest else BATCHES / datetime.now().strftime("%Y%m%d-%H%M%S")


def run_batch(order: BatchJob, jobs: int, opener: OpenModel = open_model) -> int:
    """The exit code of a batch: 0 where every film is finished, 1 where one failed, 130 on Ctrl-C.

    Prints the table of all films; `batch.json` in the batch's folder has the same and more.

    Args:
        order: What was asked for.
        jobs: How many films are rendered side by side, each in a process of its own if there are several.
        opener: Opens diffusers; with several processes it must be a function of a module.

    Raises:
        RunError: The folder holds a batch already, and it was not asked to go on.
    """
    begin(order.compute.threads)
    plan = plan_batch(order, say)
    order.out.mkdir(parents=True, exist_ok=True)
    outcomes = {outcome.task.folder: outcome for outcome in plan.outcomes}
    write_summary(order.out, list(outcomes.values()))
    code = 0
    try:
        for outcome in _rendered(plan, order, jobs, opener):
            outcomes[outcome.task.folder] = outcome
            write_summary(order.out, list(outcomes.values()))
            say(f"{outcome.task.preset}: {outcome.status.value}" + _reason(outcome))
    except KeyboardInterrupt:
        code = INTERRUPTED
        say(f"stopped; all frames so far are whole. Go on with --continue --out {order.out}")
        outcomes = {folder: _as_left(outcome) for folder, outcome in outcomes.items()}
        write_summary(order.out, list(outcomes.values()))
    sys.stdout.write(table(list(outcomes.values())))
    failed = any(outcome.status is Status.FAILED for outcome in outcomes.values())
    return code or int(failed)


def _rendered(plan: BatchPlan, order: BatchJob, jobs: int, opener: OpenModel) -> Iterator[Outcome]:
    """The films as they are done, one after the other here, or several at a time in processes."""
    compute = order.compute
    if jobs > 1 and compute.threads is None:
        compute = replace(compute, threads=max(1, (os.cpu_count() or jobs) // jobs))
    if jobs == 1:
        studio = FilmRenderer(compute, Counter(), opener)
        yield from (studio.render(task) for task in plan.waiting)
        return
    with ExitStack() as stack:
        yield from stack.enter_context(WorkerPool(plan, compute, jobs, opener)).outcomes()


def _as_left(outcome: Outcome) -> Outcome:
    """The outcome after Ctrl-C: what had begun and is not done was stopped."""
    if outcome.status is not Status.WAITING:
        return outcome
    left = stopped(outcome.task)
    return left if left.done else outcome


def _reason(outcome: Outcome) -> str:
    return f": {outcome.error}" if outcome.error else ""
