"""Renders the film of a job in this process, and reports what happens."""

import logging
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from animator.core.atomic import atomic_write
from animator.core.log_collector import LogCollector, collecting
from animator.errors import AnimatorError, PresetError, UserError
from animator.jobs.job import ErrorKind, JobError, JobPhase, JobProgress
from animator.jobs.messages import Advanced, Ended, FromWorker, Order, Prepared, Warned, WorkerOptions
from animator.jobs.outdir import outdir_of, write_settings
from animator.jobs.settings import film_of, redone
from animator.runs.deforum_input_frames import input_frames_sink
from animator.runs.open_model import OpenModel, SessionOptions
from animator.runs.outputs import try_networks
from animator.runs.progress import Phase, Progress
from animator.runs.render_frames import Rendering
from animator.runs.render_run import RenderResult, open_run, render_again, resume_run
from animator.runs.run import Run, is_run
from animator.runs.run_lock import wait_for_writer
from animator.runs.sink import film_sink
from animator.runs.stop_token import StopToken
from animator.runs.tee_sink import tee

log = logging.getLogger(__name__)
ORPHAN_S = 10.0
"""Time for a worker whose program was killed to end, which happens at once, and to release the run."""
Send = Callable[[FromWorker], None]


def do_nothing() -> None:
    """Does nothing."""


class JobFilm:
    """Renders the film of one order.

    Args:
        order: The order.
        options: Renders folder, threads and permissions.
        device: Device of images and models.
        opener: Opens diffusers.
        send: Takes the reports.
    """

    def __init__(
        self, order: Order, options: WorkerOptions, device: torch.device, opener: OpenModel, send: Send
    ) -> None:
        self._order = order
        self._renders = options.renders
        self._device = device
        self._options = SessionOptions(
            opener=opener, threads=options.threads, accept_changed_inputs=options.accept_changed_inputs
        )
        self._send = send
        self._folder = order.folder
        self._begun = False

    def render(self, stop: StopToken, between_frames: Callable[[], None] = do_nothing) -> Ended:
        """Renders the film and returns how that ended.

        Args:
            stop: Stops it.
            between_frames: Called after each frame that is on disk, and each image of an extra video.

        Raises:
            KeyboardInterrupt: Ctrl-C; no other error leaves it.
        """
        with collecting() as collected:
            report = _Report(self._order, self._send, collected, between_frames)
            try:
                return self._render_or_fail(report, stop)
            finally:
                report.pass_on_warnings()

    def _render_or_fail(self, report: "_Report", stop: StopToken) -> Ended:
        job = self._order.job
        try:
            result = self._render(report, stop)
        except PresetError as error:
            return Ended(job, error=JobError(ErrorKind.SETTINGS, str(error), error.problems))
        except UserError as error:
            kind = ErrorKind.RENDERING if self._begun else ErrorKind.SETTINGS
            return Ended(job, error=JobError(kind, str(error)))
        except (AnimatorError, OSError) as error:
            return Ended(job, error=JobError(ErrorKind.RENDERING, str(error)))
        except Exception as error:  # noqa: BLE001 (whatever a library raises must not end the other jobs)
            return Ended(job, error=JobError(ErrorKind.RENDERING, self._write_traceback(error)))
        films = () if result.stopped else (result.film, *result.extra_films)
        return Ended(job, films, stopped=result.stopped)

    def _render(self, report: "_Report", stop: StopToken) -> RenderResult:
        report.enter(JobPhase.PREPARING)
        request = self._order.request
        with self._open() as run:
            self._folder = run.folder
            outdir = outdir_of(request)
            film = run.animation
            self._send(Prepared(self._order.job, film.name, run.folder, film.frames, outdir))
            try_networks(film, self._device)
            rendering = Rendering(self._device, report.report, stop, enter=report.enter_rendering)
            self._begun = True
            if outdir is None:
                return self._render_run(run, rendering)
            write_settings(outdir, request, run)
            sink = tee(film_sink, [outdir.open_sink, input_frames_sink(outdir)])
            result = self._render_run(run, replace(rendering, open_sink=sink))
            outdir.add_outputs(run)
            return result

    def _render_run(self, run: Run, rendering: Rendering) -> RenderResult:
        request = self._order.request
        if request.start is None:
            return resume_run(run, self._options, rendering)
        return render_again(run, request.start, redone(run, request), self._options, rendering)

    @contextmanager
    def _open(self) -> Iterator[Run]:
        """Opens the run of the order: one that is there, or a new one."""
        request, folder = self._order.request, self._order.folder
        if request.run is not None:
            folder = Path(request.run)
        elif folder is None or not is_run(folder):
            animation = film_of(request, log.warning)
            named = self._renders / animation.name / self._order.job
            target = request.folder or folder or named
            with open_run(animation, target, resume=True, wait_s=ORPHAN_S) as run:
                yield run
            return
        wait_for_writer(folder, ORPHAN_S)
        with Run.open(folder) as run:
            yield run

    def _write_traceback(self, error: Exception) -> str:
        """Writes the traceback into the run folder and returns the error in a line."""
        line = f"{type(error).__name__}: {error}"
        folder = self._folder or self._renders / self._order.job
        names = ("error.txt", *(f"error-{number}.txt" for number in range(2, 1000)))
        path = next(folder / name for name in names if not os.path.lexists(folder / name))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            atomic_write(path, "".join(traceback.format_exception(error)).encode(errors="replace"))
        except OSError as full:
            return f"{line} (its traceback cannot be written: {full})"
        return f"{line} (traceback in {path})"


class _Report:
    """Passes on progress: each phase and each frame, with the warnings until then."""

    def __init__(
        self, order: Order, send: Send, collected: LogCollector, between_frames: Callable[[], None]
    ) -> None:
        self._job = order.job
        self._between_frames = between_frames
        self._send = send
        self._collected = collected
        self._warned = 0
        self._last = order.progress

    def enter(self, phase: JobPhase) -> None:
        """Reports a phase."""
        self._pass_on(replace(self._last, phase=phase, seconds=0.0, rendered=0))

    def pass_on_warnings(self) -> None:
        """Reports what was logged since the last time."""
        warnings = self._collected.warnings
        for text in warnings[self._warned :]:
            self._send(Warned(self._job, text))
        self._warned = len(warnings)

    def enter_rendering(self, phase: Phase) -> None:
        """Reports a phase of the rendering."""
        self.enter(JobPhase(phase.value))

    def report(self, progress: Progress) -> None:
        """Reports a frame, or an image of an extra video."""
        self._pass_on(
            JobProgress(
                self._last.phase,
                progress.done,
                progress.frames,
                progress.seconds,
                progress.rendered,
                progress.extra,
            )
        )
        self._between_frames()

    def _pass_on(self, progress: JobProgress) -> None:
        self._last = progress
        self._send(Advanced(self._job, progress))
        self.pass_on_warnings()
