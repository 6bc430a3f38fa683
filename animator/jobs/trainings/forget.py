"""Forgets a training with its run folder: only one below the renders folder's own folder of trainings."""

import shutil
from pathlib import Path

from animator.core.paths import resolve
from animator.errors import RunError
from animator.jobs.job import Job
from animator.jobs.queue import JobQueue
from animator.jobs.trainings.places import runs_of


def forget_training(queue: JobQueue, job: Job) -> None:
    """Forgets a training that has ended or is paused, and deletes its run folder; its result stays.

    Raises:
        JobStateError: It waits or runs.
        RunError: The folder is not one of ours, or cannot be deleted.
    """
    if job.folder is not None:
        _check(job.folder, queue.renders)
    queue.delete(job.id)
    if job.folder is None or not job.folder.exists():
        return
    try:
        shutil.rmtree(job.folder)  # which follows no link
    except OSError as error:
        raise RunError(f"{job.folder}: cannot be deleted: {error.strerror}") from error


def _check(folder: Path, renders: Path) -> None:
    """Checks that a folder is the run folder of a training, to which no link leads."""
    runs = runs_of(renders).absolute()
    try:
        below = folder.absolute().relative_to(runs)
    except ValueError:
        below = Path()
    if len(below.parts) != 2 or ".." in below.parts or resolve(folder) != resolve(runs) / below:
        raise RunError(f"{folder}: is not the run folder of a training in {runs}; its files are left")
