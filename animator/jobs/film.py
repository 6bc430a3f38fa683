"""Renders the film of a job in this process, and reports what happens."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from animator.errors import AnimatorError, PresetError, UserError
from animator.jobs.job import ErrorKind, JobError, JobPhase, JobProgress
from animator.jobs.messages import Advanced, Ended, FromWorker, Order, Prepared
from animator.jobs.settings import film_of, redone
from animator.runs.open_model import OpenModel, SessionOptions
from animator.runs.outputs import try_networks
from animator.runs.progress import Phase, Progress
from animator.runs.render_frames import Rendering
from animator.runs.render_run import RenderResult, open_run, render_again, resume_run
from animator.runs.run import Run, is_run
from animator.runs.stop_token import StopToken

REPORT_S = 0.25
"""Time between two reports of progress within a phase."""
Send = Callable[[FromWorker], None]


class JobFilm:
    """Renders the film of one order.

    Args:
        order: The order.
        renders: The renders folder.
        device: Device of images and models.
        opener: Opens diffusers.
        send: Takes the reports.
    """

    def __init__(
        self, order: Order, renders: Path, device: torch.device, opener: OpenModel, send: Send
    ) -> None:
        self._order = order
        self._renders = renders
        self._device = device
        self._options = SessionOptions(opener=opener, accept_changed_inputs=True)
        self._send = send
        self._begun = False

    def render(self, stop: StopToken) -> Ended:
        """Renders the film and returns how that ended; no error leaves it."""
        job = self._order.job
        try:
            result = self._render(stop)
        except PresetError as error:
            return Ended(job, error=JobError(ErrorKind.SETTINGS, str(error), error.problems))
        except UserError as error:
            kind = ErrorKind.RENDERING if self._begun else ErrorKind.SETTINGS
            return Ended(job, error=JobError(kind, str(error)))
        except (AnimatorError, OSError) as error:
            return Ended(job, error=JobError(ErrorKind.RENDERING, str(error)))
        except Exception as error:  # noqa: BLE001 (whatever a library raises must not end the worker)
            text = "".join(traceback.format_exception(error))
            return Ended(job, error=JobError(ErrorKind.RENDERING, f"{type(error).__name__}: {error}\n{text}"))
        films = () if result.stopped else (result.film, *result.extra_films)
        return Ended(job, films, stopped=result.stopped)

    def _render(self, stop: StopToken) -> RenderResult:
        report = _Report(self._order.job, self._send)
        report.enter(JobPhase.PREPARING)
        with self._open() as run:
            self._send(Prepared(self._order.job, run.animation.name, run.folder, run.animation.frames))
            try_networks(run.animation, self._device)
            rendering = Rendering(self._device, report.report, stop, enter=report.enter_rendering)
            self._begun = True
            if self._order.request.start is None:
                return resume_run(run, self._options, rendering)
            again = redone(run, self._order.request)
            return render_again(run, self._order.request.start, again, self._options, rendering)

    @contextmanager
    def _open(self) -> Iterator[Run]:
        """Opens the run of the order: that of an earlier attempt, or a new one."""
        folder = self._order.folder
        if folder is not None and is_run(folder):
            with Run.open(folder) as run:
                yield run
            return
        animation = film_of(self._order.request)
        with open_run(
            animation, folder or self._renders / animation.name / self._order.job, resume=True
        ) as run:
            yield run


class _Report:
    """Passes on progress: each new phase, and a count now and then."""

    def __init__(self, job: str, send: Send) -> None:
        self._job = job
        self._send = send
        self._last = JobProgress()
        self._sent = 0.0

    def enter(self, phase: JobPhase) -> None:
        """Reports a phase."""
        self._pass_on(replace(self._last, phase=phase, seconds=0.0, rendered=0))

    def enter_rendering(self, phase: Phase) -> None:
        """Reports a phase of the rendering."""
        self.enter(JobPhase(phase.value))

    def report(self, progress: Progress) -> None:
        """Reports a frame, or an image of an extra video, unless the last report is quite new."""
        self._last = replace(
            self._last,
            done=progress.done,
            frames=progress.frames,
            seconds=progress.seconds,
            rendered=progress.rendered,
            extra=progress.extra,
        )
        if time.monotonic() - self._sent >= REPORT_S or progress.done == progress.frames:
            self._pass_on(self._last)

    def _pass_on(self, progress: JobProgress) -> None:
        self._last, self._sent = progress, time.monotonic()
        self._send(Advanced(self._job, progress))
