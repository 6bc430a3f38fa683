"""`animator batch`: renders many films with one summary; a film that fails does not stop the others."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from animator.batch.films import BatchWorkers, Report, partial, render_here
from animator.batch.grid_film import GridFiles
from animator.batch.plan import BatchJob, BatchPlan, plan_batch
from animator.batch.progress import BatchBar
from animator.batch.summary import SUMMARY, table, write_summary
from animator.batch.task import Outcome, Status, Task
from animator.core.confinement import confinement
from animator.core.permissions import permissions
from animator.core.printable import printable
from animator.errors import UserError
from animator.jobs.messages import WorkerOptions
from animator.models.device import choose_device
from animator.runs.open_model import OpenModel, open_model
from animator.runs.session import INTERRUPTED, say, start_session

BATCHES = Path("renders") / "batch"


def batch_folder(out: Path | None, *, resume: bool) -> Path:
    """Returns the folder of a batch: the given one, the newest one to resume, or a new one."""
    if out is not None:
        return out
    newest = max(BATCHES.glob(f"*/{SUMMARY}"), default=None) if resume else None
    return newest.parent if newest else BATCHES / datetime.now().strftime("%Y%m%d-%H%M%S")


def run_batch(job: BatchJob, jobs: int, opener: OpenModel = open_model) -> int:
    """Renders a batch and returns its exit code: 0 if every film is finished, 1 if one failed, 130 on Ctrl-C.

    Prints the table of all films; `batch.json` in the batch's folder has the same in full.

    Args:
        job: The films and their folder.
        jobs: Number of films to render at once, each in a process of its own if there are several.
        opener: Opens diffusers; with several processes it must be a top-level function.

    Raises:
        RunError: The folder already holds a batch, and the job does not resume it.
        UserError: This machine has no such device.
    """
    start_session(job.compute.threads)
    choose_device(job.compute.device)
    plan = plan_batch(job, say)
    grids = grids_of(job, plan)
    job.out.mkdir(parents=True, exist_ok=True)
    outcomes = {outcome.task.folder: outcome for outcome in plan.outcomes}
    write_summary(job.out, list(outcomes.values()))
    code = 0
    try:
        with BatchBar(plan.outcomes) as bar:
            for outcome in _render_films(plan, job, jobs, opener, bar):
                outcomes[outcome.task.folder] = outcome
                write_summary(job.out, list(outcomes.values()))
                bar.finish(outcome)
                say(f"{outcome.task.title}: {outcome.status.value}" + _reason(outcome))
    except KeyboardInterrupt:
        code = INTERRUPTED
        say("stopped; all frames so far are complete")
        outcomes = {folder: _after_interrupt(outcome) for folder, outcome in outcomes.items()}
        write_summary(job.out, list(outcomes.values()))
    sys.stdout.write(printable(table(list(outcomes.values()))))
    for files, tasks in () if code else grids.items():
        if all(outcomes[task.folder].status is Status.FINISHED for task in tasks):
            files.make(job.grid, [task.folder for task in tasks])
            sys.stdout.write(printable(f"{files.film}\n{files.sheet}\n"))
    failed = any(outcome.status is Status.FAILED for outcome in outcomes.values())
    return code or int(failed)


def _render_films(
    plan: BatchPlan, job: BatchJob, jobs: int, opener: OpenModel, report: Report
) -> Iterator[Outcome]:
    """Yields outcomes of films, rendered one by one in this process or in parallel in others."""
    options = WorkerOptions(
        job.out,
        job.compute.device,
        job.compute.threads,
        permissions(),
        confinement(),
        job.compute.accept_changed_inputs,
    )
    if jobs == 1:
        yield from render_here(plan, options, opener, report)
        return
    with BatchWorkers(plan, options, opener, report) as workers:
        yield from workers.outcomes(jobs)


def grids_of(job: BatchJob, plan: BatchPlan) -> dict[GridFiles, list[Task]]:
    """Returns the files of each preset's grid with the films in it; empty for a batch without a grid.

    Raises:
        UserError: A film of the grid cannot be rendered, or a file would be replaced.
    """
    if not job.grid.axes:
        return {}
    errors = dict.fromkeys(outcome.error for outcome in plan.outcomes if outcome.status is Status.FAILED)
    if errors:
        raise UserError("\n".join(errors))
    grids: dict[Path, list[Task]] = {}
    for outcome in plan.outcomes:
        grids.setdefault(outcome.task.preset, []).append(outcome.task)
    counts = Counter(preset.stem for preset in grids)
    files = {
        GridFiles(job.out, preset.stem if counts[preset.stem] == 1 else tasks[0].folder.name): tasks
        for preset, tasks in grids.items()
    }
    for one in files:
        one.check()
    return files


def _after_interrupt(outcome: Outcome) -> Outcome:
    """Returns the outcome after Ctrl-C: a film with frames that was not finished is stopped."""
    if outcome.status is not Status.WAITING:
        return outcome
    stopped = partial(outcome.task, Status.STOPPED)
    return stopped if stopped.done else outcome


def _reason(outcome: Outcome) -> str:
    return f": {outcome.error}" if outcome.error else ""
