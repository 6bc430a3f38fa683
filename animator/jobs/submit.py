"""`submit`: puts a film into the queue of a renders folder, checked before."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.core.paths import is_file
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError
from animator.jobs.job import Job
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.jobs.settings import film_of
from animator.presets.raw import MAX_SETTINGS_BYTES
from animator.runs.preflight.check_film import check_run
from animator.settings import Animation

Source = str | os.PathLike[str] | Mapping[str, Any]


def submit(  # noqa: PLR0913 (the entry point; all but the film have defaults)
    film: Source | Animation | None = None,
    *,
    settings: Source | None = None,
    run: str | os.PathLike[str] | None = None,
    renders: str | os.PathLike[str] = "renders",
    overrides: Mapping[str, Any] | None = None,
    start: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    priority: int = 0,
    labels: Mapping[str, str] | None = None,
    check: bool = True,
) -> Job:
    """Puts a film into the queue of a renders folder and returns its job. Give `film`, `settings` or `run`.

    A program that has `Workers` for the folder renders it, such as `animator serve`; the queue keeps the job
    until then. Once checked, the job holds the settings as they are now: changes of their file do not matter.

    Args:
        film: A preset: its path, the name of an example, its YAML text, or a mapping; or an `Animation`.
        settings: Deforum settings: the path of a settings file, its text, or a mapping.
        run: The folder of a run to resume.
        renders: The renders folder.
        overrides: Settings in place of those, such as `{"diffusion.steps": 12}`; for a run, from `start` on.
        start: Frame from which the run is rendered again; None resumes it.
        folder: The run folder; None makes one in the renders folder.
        priority: Jobs with a higher one begin first, -1000 to 1000.
        labels: Names and values to find the job by.
        check: Check the film before; what is wrong with an unchecked one is the error of its job.

    Raises:
        PresetError: With every problem of the film.
        UserError: The job cannot be as it is asked for.
        QueueFullError: Too many jobs wait.
    """
    if run is not None and overrides and start is None:
        raise UserError("overrides change a run from a frame on; give that frame as start")
    if run is None and start is not None:
        raise UserError("start is a frame of a run; give the run")
    request = JobRequest(
        preset=_preset(film),
        settings=_settings(settings),
        run=None if run is None else str(Path(run).absolute()),
        overrides=overrides or {},
        start=start,
        folder=None if folder is None else str(Path(folder).absolute()),
        priority=priority,
        labels=labels or {},
    )
    if check:
        request = _checked(request)
    with JobQueue(renders) as queue:
        return queue.submit(request)


def _checked(request: JobRequest) -> JobRequest:
    """Returns a request with the settings of its film as they are now; a run has them in its folder."""
    if request.run is not None:
        check_run(Path(request.run))
        return request
    film = film_of(request)
    return JobRequest(
        preset=film.plain(), folder=request.folder, priority=request.priority, labels=request.labels
    )


def _preset(film: Source | Animation | None) -> Mapping[str, Any] | str | None:
    if isinstance(film, Animation):
        return film.plain()
    if isinstance(film, os.PathLike):
        film = os.fspath(film)
    if isinstance(film, str) and "\n" not in film and is_file(Path(film)):
        return str(Path(film).absolute())  # a worker may have another working directory
    return film


def _settings(settings: Source | None) -> Mapping[str, Any] | str | None:
    if settings is None or isinstance(settings, Mapping):
        return settings
    text = os.fspath(settings)
    if text.lstrip().startswith("{"):
        return text
    try:
        return read_text(Path(text), MAX_SETTINGS_BYTES)
    except UnreadableError as error:
        raise UserError(f"{text:.300}: {error}; expected a Deforum settings file, or its text") from error
