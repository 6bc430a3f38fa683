"""Renders the films of a batch; errors become outcomes."""

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

import torch

from animator.batch.progress import FilmProgress
from animator.batch.task import Outcome, Status, Task
from animator.core.atomic import atomic_write
from animator.core.log_collector import collecting
from animator.errors import AnimatorError
from animator.models.device import ComputeOptions, choose_device
from animator.presets.sources import PresetSource
from animator.runs.model_cache import DiffuserCache
from animator.runs.open_model import OpenModel, SessionOptions, open_model
from animator.runs.outputs import try_networks
from animator.runs.preflight.check_film import load_checked
from animator.runs.progress import Phase, Progress
from animator.runs.render_frames import Rendering
from animator.runs.render_run import open_run, resume_run
from animator.runs.run import is_run
from animator.runs.run_reader import RunReader
from animator.runs.run_targets import check_own_preset

Report = Callable[[FilmProgress], None]


class FilmRenderer:
    """Renders films one after the other, and keeps their models as long as there is memory.

    Args:
        compute: Device and threads.
        report: Called when a phase begins, and after every frame.
        opener: Opens diffusers.
    """

    def __init__(self, compute: ComputeOptions, report: Report, opener: OpenModel = open_model) -> None:
        self._compute = compute
        self._report = report
        self._device: torch.device | None = None
        self._models = DiffuserCache(opener)

    def render(self, task: Task) -> Outcome:
        """Renders a film and returns its outcome, also where it failed.

        Raises:
            KeyboardInterrupt: Ctrl-C; the frames so far are complete.
        """
        started = time.monotonic()
        try:
            with collecting(joins=False):
                outcome = self._render(task)
        except (AnimatorError, OSError) as error:
            outcome = _failed(task, str(error))
        except Exception as error:  # noqa: BLE001 (whatever a library raises must not stop the other films)
            outcome = _failed(task, _write_traceback(task, error))
        return replace(outcome, seconds=time.monotonic() - started)

    def _render(self, task: Task) -> Outcome:
        animation = load_checked(PresetSource(task.preset), list(task.overrides), lambda note: None)
        device = self._device = self._device or choose_device(self._compute.device)
        try_networks(animation, device)
        check_own_preset(task.preset, task.folder)
        with open_run(animation, task.folder, resume=True) as run:
            options = SessionOptions(
                opener=self._models,
                threads=self._compute.threads,
                accept_changed_inputs=self._compute.accept_changed_inputs,
            )
            film = _FilmReport(run.folder.name, run.animation.frames, self._report)
            rendering = Rendering(device, film.report, enter=film.enter)
            result = resume_run(run, options, rendering)
            films = (result.film, *result.extra_films)
            return Outcome(task, Status.FINISHED, result.frames, run.animation.frames, films=films)


class _FilmReport:
    """Passes on the progress of one film, with its phase."""

    def __init__(self, name: str, frames: int, report: Report) -> None:
        self._last = FilmProgress(name, 0, frames, Phase.LOADING)
        self._report = report

    def enter(self, phase: Phase) -> None:
        """Reports a phase."""
        self._last = replace(self._last, phase=phase)
        self._report(self._last)

    def report(self, progress: Progress) -> None:
        """Reports a frame, or an image of an extra video."""
        self._last = replace(self._last, done=progress.done, frames=progress.frames)
        self._report(self._last)


def stopped(task: Task) -> Outcome:
    """Returns the outcome of a film that was stopped."""
    return _partial(task, Status.STOPPED, "")


def _failed(task: Task, error: str) -> Outcome:
    return _partial(task, Status.FAILED, error)


def _partial(task: Task, status: Status, error: str) -> Outcome:
    """Returns an outcome with the frames that are in the film's folder."""
    if not is_run(task.folder):
        return Outcome(task, status, error=error)
    try:
        run = RunReader.open(task.folder)
    except AnimatorError:  # the error of the rendering is the one to report
        return Outcome(task, status, error=error)
    return Outcome(task, status, run.frames_done, run.animation.frames, error=error)


def _write_traceback(task: Task, error: Exception) -> str:
    """Writes the traceback into the film's folder and returns the error in a line."""
    task.folder.mkdir(parents=True, exist_ok=True)
    names = ("error.txt", *(f"error-{number}.txt" for number in range(2, 1000)))
    path = next(task.folder / name for name in names if not os.path.lexists(task.folder / name))
    atomic_write(path, "".join(traceback.format_exception(error)).encode())
    return f"{type(error).__name__}: {error} (traceback in {path})"
