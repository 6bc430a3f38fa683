"""What a batch is about to do: its films, their folders, and those that are finished already."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from animator.batch.summary import SUMMARY
from animator.batch.task import Outcome, Status, Task
from animator.batch.worker import ModelKey, model_key
from animator.errors import RunError, UserError
from animator.models.device import ComputeOptions
from animator.presets.sources import PresetSource, load
from animator.runs.run import Run, film_path
from animator.settings import Animation


@dataclass(frozen=True)
class BatchJob:
    """What was asked for.

    Attributes:
        presets: The films.
        out: The batch's folder.
        overrides: `key=value` texts over each preset.
        resume: Go on with the batch in `out`.
        compute: Device, threads and whether pickled weights are read.
    """

    presets: tuple[Path, ...]
    out: Path
    overrides: tuple[str, ...] = ()
    resume: bool = False
    compute: ComputeOptions = field(default_factory=ComputeOptions)


@dataclass(frozen=True)
class BatchPlan:
    """A batch, looked through.

    Attributes:
        outcomes: Every film in the order given; broken presets have failed, finished films are finished.
        models: What model each film draws with, by its folder; films that share one follow each other.
    """

    outcomes: tuple[Outcome, ...]
    models: Mapping[Path, ModelKey]

    @property
    def waiting(self) -> list[Task]:
        """The films to render, grouped by model, the groups in the order given."""
        tasks = [outcome.task for outcome in self.outcomes if outcome.status is Status.WAITING]
        order = list(dict.fromkeys(self._key(task) for task in tasks))
        return sorted(tasks, key=lambda task: order.index(self._key(task)))

    def shared(self, task: Task, other: Task | None) -> bool:
        """True where two films draw with the same model."""
        return other is not None and self._key(task) == self._key(other)

    def _key(self, task: Task) -> ModelKey:
        return self.models[task.folder]


def plan_batch(order: BatchJob, say: Callable[[str], None]) -> BatchPlan:
    """The plan of a batch; every preset is read before any model is loaded.

    Raises:
        RunError: The folder holds a batch already, and it was not asked to go on.
    """
    before = _before(order)
    outcomes: list[Outcome] = []
    models: dict[Path, ModelKey] = {}
    for task in _tasks(order, before):
        try:
            animation = load(PresetSource(task.preset), list(task.overrides), say)
        except UserError as error:
            outcomes.append(Outcome(task, Status.FAILED, error=str(error)))
            continue
        models[task.folder] = model_key(animation, order.compute)
        waiting = Outcome(task, frames=animation.frames)
        outcomes.append(_finished(waiting, animation, before.get(task.folder.name, {})) or waiting)
    return BatchPlan(tuple(outcomes), models)


def _before(order: BatchJob) -> dict[str, Mapping[str, Any]]:
    """What the summary of an earlier sitting says about each film's folder."""
    path = order.out / SUMMARY
    if not path.exists():
        return {}
    if not order.resume:
        raise RunError(f"{order.out}: holds a batch already; go on with --continue, or choose another --out")
    try:
        films = json.loads(path.read_text(encoding="utf-8"))["films"]
        return {Path(film["folder"]).name: film for film in films}
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: cannot be read ({error}); remove it, the films go on without") from error


def _tasks(order: BatchJob, before: Mapping[str, Mapping[str, Any]]) -> list[Task]:
    """The films, each in a folder named after its preset; the folder it had before, if it had one."""
    had = {str(film["preset"]): name for name, film in before.items()}
    taken = set(had.values())
    tasks: list[Task] = []
    for preset in dict.fromkeys(order.presets):
        name = had.get(str(preset)) or next(name for name in _names(preset.stem) if name not in taken)
        taken.add(name)
        tasks.append(Task(preset, order.out / name, order.overrides))
    return tasks


def _names(stem: str) -> Iterable[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 100_000))


def _finished(waiting: Outcome, animation: Animation, before: Mapping[str, Any]) -> Outcome | None:
    """The outcome of a film that an earlier sitting finished with the same settings."""
    folder = waiting.task.folder
    films = tuple(Path(film) for film in before.get("films", ()))
    there = film_path(folder, animation) in films and all(film.exists() for film in films)
    if before.get("status") != Status.FINISHED.value or not there:
        return None
    try:
        with Run.reopen(folder, animation):
            seconds = float(before.get("seconds", 0.0))
    except RunError:  # its frames were drawn with other settings, which rendering will say
        return None
    return replace(waiting, status=Status.FINISHED, done=waiting.frames, seconds=seconds, films=films)
