"""One film of a batch: rendered, or the reason why not."""

import time
import traceback
from collections.abc import Callable

import torch

from animator.batch.task import Outcome, Status, Task
from animator.core.atomic import atomic_write
from animator.errors import AnimatorError
from animator.loop.build.models import options_of
from animator.models.device import ComputeOptions, choose_device
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Diffuser
from animator.presets.sources import PresetSource, load
from animator.runs.outputs import check_films
from animator.runs.progress import Progress
from animator.runs.render_run import OpenModel, open_model, open_run, render_run
from animator.runs.run import Run, is_run
from animator.settings import Animation

Report = Callable[[str, int, int], None]
"""Is called with a film's name, its frames so far, and all of them."""
ModelKey = tuple[str, LoadOptions]


class FilmRenderer:
    """Renders film after film, and keeps the model while films share it.

    Args:
        compute: Device, and whether pickled weights are read.
        report: Called after every frame.
        opener: Opens diffusers.
    """

    def __init__(self, compute: ComputeOptions, report: Report, opener: OpenModel = open_model) -> None:
        self._open_model = opener
        self._compute = compute
        self._report = report
        self._device: torch.device | None = None
        self._model: tuple[ModelKey, Diffuser] | None = None

    def render(self, task: Task) -> Outcome:
        """How the film came out; it fails alone.

        Raises:
            KeyboardInterrupt: Ctrl-C; the frames so far are whole.
        """
        began = time.monotonic()
        try:
            found = self._render(task)
        except (AnimatorError, OSError) as error:
            found = _failed(task, str(error))
        except Exception as error:  # noqa: BLE001 (whatever a library raises must not stop the other films)
            found = _failed(task, _reported(task, error))
        return Outcome(
            task, found.status, found.done, found.frames, time.monotonic() - began, found.films, found.error
        )

    def _render(self, task: Task) -> Outcome:
        animation = load(PresetSource(task.preset), list(task.overrides), lambda note: None)
        device = self._device = self._device or choose_device(self._compute.device)
        check_films(animation, device)
        with open_run(animation, task.folder, resume=True) as run:
            diffuser = self._diffuser(run.animation, device)
            made = render_run(
                run, diffuser=diffuser, device=device, progress=lambda progress: self._tell(run, progress)
            )
            films = (made.film, *made.extra_films)
            return Outcome(task, Status.FINISHED, made.frames, run.animation.frames, films=films)

    def _diffuser(self, animation: Animation, device: torch.device) -> Diffuser:
        """The film's model: the one at hand where it is the same."""
        key = model_key(animation, self._compute)
        if self._model is None or self._model[0] != key:
            self._model = None  # two would not fit where one does
            self._model = key, self._open_model(animation, device, allow_pickle=self._compute.allow_pickle)
        return self._model[1]

    def _tell(self, run: Run, progress: Progress) -> None:
        self._report(run.folder.name, progress.done, progress.frames)


def model_key(animation: Animation, compute: ComputeOptions) -> ModelKey:
    """What two films have to have in common to be drawn by one loaded model."""
    return animation.model, options_of(animation, allow_pickle=compute.allow_pickle)


def stopped(task: Task) -> Outcome:
    """The outcome of a film that was stopped on its way."""
    return _left(task, Status.STOPPED, "")


def _failed(task: Task, error: str) -> Outcome:
    return _left(task, Status.FAILED, error)


def _left(task: Task, status: Status, error: str) -> Outcome:
    """How far a film came, as far as its folder says."""
    if not is_run(task.folder):
        return Outcome(task, status, error=error)
    try:
        with Run.take_up(task.folder) as run:
            return Outcome(task, status, run.state().next_frame, run.animation.frames, error=error)
    except AnimatorError:  # what is wrong with it is the error that is told
        return Outcome(task, status, error=error)


def _reported(task: Task, error: Exception) -> str:
    """The error in a line; all of it goes into a file of the film's folder."""
    task.folder.mkdir(parents=True, exist_ok=True)
    place = task.folder / "error.txt"
    atomic_write(place, "".join(traceback.format_exception(error)).encode())
    return f"{type(error).__name__}: {error} (all of it in {place})"
