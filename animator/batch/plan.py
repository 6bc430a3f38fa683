"""The plan of a batch: its films, their folders, and those that are finished already."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from animator.batch.summary import SCHEMA, SUMMARY
from animator.batch.task import Outcome, Status, Task
from animator.core.json_text import parse_json
from animator.core.read import read_text
from animator.errors import ResumeBatch, RunError, UserError
from animator.jobs.request import JobRequest
from animator.models.device import ComputeOptions
from animator.presets.grid import Grid
from animator.presets.sources import PresetSource
from animator.runs.model_cache import ModelKey, model_key
from animator.runs.preflight.check_film import load_checked
from animator.runs.run import is_run, settings_to_resume
from animator.runs.run_lock import is_locked
from animator.runs.run_targets import check_new_run, check_own_preset
from animator.runs.video_specs import film_path
from animator.settings import Animation
from animator.timeline.vocabulary import vocabulary_warnings

MAX_SUMMARY_BYTES = 64_000_000
MAX_LABEL_BYTES = 60


@dataclass(frozen=True)
class BatchJob:
    """The request to render a batch.

    Attributes:
        presets: Presets or settings files of the films.
        out: The batch's folder.
        overrides: `key=value` texts for each preset.
        resume: Resume the batch in `out`.
        compute: Device and threads.
        grid: Each preset is rendered with every combination of its values.
    """

    presets: tuple[Path, ...]
    out: Path
    overrides: tuple[str, ...] = ()
    resume: bool = False
    compute: ComputeOptions = field(default_factory=ComputeOptions)
    grid: Grid = field(default_factory=Grid)


@dataclass(frozen=True)
class BatchPlan:
    """A batch whose presets are read.

    Attributes:
        outcomes: Every film in the order given; those of broken presets have failed.
        films: The settings of each film, by its run folder; films that share a model are rendered in a row.
    """

    outcomes: tuple[Outcome, ...]
    films: Mapping[Path, Animation]

    @property
    def waiting(self) -> list[Task]:
        """The films to render, grouped by model, the groups in the order given."""
        tasks = [outcome.task for outcome in self.outcomes if outcome.status is Status.WAITING]
        keys = list(dict.fromkeys(self._key(task) for task in tasks))
        return sorted(tasks, key=lambda task: keys.index(self._key(task)))

    def shared(self, task: Task, other: Task | None) -> bool:
        """Returns True where two films use the same model."""
        return other is not None and self._key(task) == self._key(other)

    def request(self, task: Task) -> JobRequest:
        """Returns the job that renders a film."""
        return JobRequest(preset=self.films[task.folder].plain(), folder=str(task.folder))

    def _key(self, task: Task) -> ModelKey:
        return model_key(self.films[task.folder])


def plan_batch(job: BatchJob, say: Callable[[str], None]) -> BatchPlan:
    """Reads every preset of a batch, before any model loads, and returns the plan.

    Raises:
        RunError: The folder already holds a batch, and the job does not resume it.
    """
    previous = _previous_films(job)
    outcomes: list[Outcome] = []
    films: dict[Path, Animation] = {}
    warned: set[str] = set()
    for task in _tasks(job, previous):
        try:
            animation = load_checked(PresetSource(task.preset), list(task.overrides), say)
            _check_folder(task, animation)
        except UserError as error:
            outcomes.append(Outcome(task, Status.FAILED, error=str(error)))
            continue
        films[task.folder] = animation
        new = [warning for warning in vocabulary_warnings(animation) if warning not in warned]
        warned.update(new)
        for warning in new:
            say(f"warning: {task.preset}: {warning}")
        waiting = Outcome(task, frames=animation.frames)
        outcomes.append(_finished(waiting, animation, previous.get(task.folder.name, {})) or waiting)
    return BatchPlan(tuple(outcomes), films)


def _check_folder(task: Task, animation: Animation) -> None:
    """Checks that a new run in a film's folder replaces nothing that is there."""
    check_own_preset(task.preset, task.folder)
    if not is_run(task.folder):
        check_new_run(task.folder, animation)


def _previous_films(job: BatchJob) -> dict[str, Mapping[str, Any]]:
    """Returns the entry of each film's folder in the summary of an earlier session."""
    path = job.out / SUMMARY
    if not path.exists():
        return {}
    if not job.resume:
        raise RunError(f"{job.out}: already holds a batch", ResumeBatch(job.out))
    try:
        summary = parse_json(read_text(path, MAX_SUMMARY_BYTES))
        if summary["schema"] != SCHEMA:
            raise ValueError(f"its schema is {summary['schema']!r}, not {SCHEMA!r}")
        films = summary["films"]
        for film in films:
            _check_film(film)
        return {Path(film["folder"]).name: film for film in films}
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path}: is not the summary of a batch: {error}; move it, the films can be resumed without it"
        ) from error


def _check_film(film: Mapping[str, Any]) -> None:
    """Checks the types in a film's entry of a summary.

    Raises:
        ValueError: One is wrong; KeyError and TypeError for an entry that is none.
    """
    texts = [film["preset"], film["folder"], *film.get("films", ())]
    if not all(isinstance(text, str) for text in texts) or not isinstance(
        film.get("seconds", 0), int | float
    ):
        raise ValueError(f"a film is {film!r:.200}; expected texts, and a number of seconds")


def _tasks(job: BatchJob, previous: Mapping[str, Mapping[str, Any]]) -> list[Task]:
    """Returns the films, each in a folder named after its preset, or in the folder it had before."""
    folders = {
        (str(film["preset"]), *map(str, film.get("grid", ()))): name for name, film in previous.items()
    }
    taken = set(folders.values())
    tasks: list[Task] = []
    for preset, cell in product(dict.fromkeys(job.presets), job.grid.cells):
        stem = _folder_name(preset.stem, cell.labels)
        known = folders.get((str(preset), *cell.overrides))
        name = known or next(name for name in _names(stem) if name not in taken)
        taken.add(name)
        tasks.append(Task(preset, job.out / name, (*job.overrides, *cell.overrides), cell.overrides))
    return tasks


def _folder_name(stem: str, labels: tuple[str, ...]) -> str:
    """Returns the name of a film's folder: that of the preset, and the film's values in a grid."""
    values = re.sub(r"[^\w.+-]+", "-", " ".join(labels)).strip("-.")
    short = values.encode()[:MAX_LABEL_BYTES].decode(errors="ignore")
    return f"{stem}-{short}" if short else stem


def _names(stem: str) -> Iterable[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 100_000))


def _finished(waiting: Outcome, animation: Animation, previous: Mapping[str, Any]) -> Outcome | None:
    """Returns the outcome of a film that an earlier session finished with the same settings, else None."""
    folder = waiting.task.folder
    films = tuple(Path(film) for film in previous.get("films", ()))
    exist = film_path(folder, animation) in films and all(film.exists() for film in films)
    if previous.get("status") != Status.FINISHED.value or not exist or is_locked(folder):
        return None
    try:
        settings_to_resume(folder, animation)
    except RunError:  # rendered with other settings, which rendering will report
        return None
    seconds = float(previous.get("seconds", 0.0))
    return replace(waiting, status=Status.FINISHED, done=waiting.frames, seconds=seconds, films=films)
