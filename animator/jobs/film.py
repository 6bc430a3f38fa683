"""Renders the film of a job in this process, and reports what happens."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from animator.jobs.attempt import ORPHAN_S, Attempt, Report, Send
from animator.jobs.job import JobPhase, JobProgress
from animator.jobs.messages import Ended, Order, Prepared, WorkerOptions
from animator.jobs.outdir import outdir_of, write_settings
from animator.jobs.settings import film_of, redone
from animator.runs.deforum_input_frames import input_frames_sink
from animator.runs.open_model import OpenModel, SessionOptions
from animator.runs.outputs import try_networks
from animator.runs.progress import Progress
from animator.runs.render_frames import Rendering
from animator.runs.render_run import RenderResult, open_run, render_again, resume_run
from animator.runs.run import Run, is_run
from animator.runs.run_lock import wait_for_writer
from animator.runs.sink import film_sink
from animator.runs.stop_token import StopToken
from animator.runs.tee_sink import tee

log = logging.getLogger(__name__)


class JobFilm(Attempt):
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
        super().__init__(order, options.renders, send)
        self._device = device
        self._options = SessionOptions(
            opener=opener, threads=options.threads, accept_changed_inputs=options.accept_changed_inputs
        )

    def _work(self, report: Report, stop: StopToken) -> Ended:
        result = self._render(report, stop)
        films = () if result.stopped else (result.film, *result.extra_films)
        return Ended(self._order.job, films, stopped=result.stopped)

    def _render(self, report: Report, stop: StopToken) -> RenderResult:
        report.enter(JobPhase.PREPARING)
        request = self._order.request
        with self._open() as run:
            self._folder = run.folder
            outdir = outdir_of(request)
            film = run.animation
            self._send(Prepared(self._order.job, film.name, run.folder, film.frames, outdir))
            try_networks(film, self._device)
            rendering = Rendering(
                self._device,
                lambda progress: report.advance(_progress_of(progress, report.last.phase)),
                stop,
                enter=lambda phase: report.enter(JobPhase(phase.value)),
            )
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


def _progress_of(progress: Progress, phase: JobPhase) -> JobProgress:
    return JobProgress(
        phase, progress.done, progress.frames, progress.seconds, progress.rendered, progress.extra
    )
