"""`JobPanel`: a job as it is watched: progress, frames, film, drift, and what can be asked of it."""

import time

from nicegui import ui

from animator.errors import AnimatorError, JobNotFoundError
from animator.jobs.job import Job, JobState
from animator.studio.components.frame_player import FramePlayer
from animator.studio.shell import Page
from animator.studio.watching.controls import FilmNow, JobControls
from animator.studio.watching.drift import Drift, DriftCurves, read_drift
from animator.studio.watching.job_head import JobHead
from animator.studio.watching.look import JobLook, look_at
from animator.studio.watching.outputs import JobFiles, JobFilm
from animator.studio.watching.requests import film_of_job

DRIFT_S = 2.0
"""Time between two readings of the metrics of a job that renders."""
_FPS = 15.0


class JobPanel:
    """A job as it is watched.

    Args:
        page: The page.
        film: The film with whose settings it may be rendered again; None where the page has none.

    Attributes:
        controls: The buttons of the job.
    """

    def __init__(self, page: Page, film: FilmNow | None = None) -> None:
        self._page = page
        self._job_id = self._wanted = ""
        self._fps = _FPS
        self._drift_of: tuple[object, ...] = ()
        self._drift_time = 0.0
        self._warned: tuple[str, ...] = ()
        t = page.t
        with ui.element("div").classes("job-panel") as self._place:
            self._head = JobHead(t)
            self._film = JobFilm(t)
            self._player = FramePlayer(t)
            self.controls = JobControls(page, film)
            self._files = JobFiles(t)
            self._warnings = ui.element("ul").props(f'aria-label="{t("Warnings")}"').classes("job-warnings")
            self._drift = DriftCurves(t)
        self._place.set_visibility(False)

    async def watch(self, job_id: str) -> Job | None:
        """Shows a job and returns it; nothing for an empty id, or one that is gone."""
        self._wanted = job_id
        try:
            look = await look_at(self._page.studio, job_id) if job_id else None
        except JobNotFoundError:
            look = None
        if self._wanted != job_id:  # another one was chosen meanwhile
            return None
        self._place.set_visibility(look is not None)
        if look is None:
            return None
        if job_id != self._job_id:
            self._job_id = job_id
            self._fps = await self._page.studio.run(_fps_of, look.job)
        self._show(look)
        await self._show_drift(look)
        return look.job

    def _show(self, look: JobLook) -> None:
        self._head.show(look.job, look.place)
        self._player.set_visibility(not look.job.is_training)
        self._player.show(look, self._fps)
        self.controls.show(look)
        self._film.show(look)
        self._files.show(look)
        self._show_warnings(look.warnings)

    def _show_warnings(self, warnings: tuple[str, ...]) -> None:
        self._warnings.set_visibility(bool(warnings))
        if warnings == self._warned:
            return
        self._warned = warnings
        self._warnings.clear()
        with self._warnings:
            for warning in warnings:
                with ui.element("li"):
                    ui.label(warning)

    async def _show_drift(self, look: JobLook) -> None:
        """Shows the curves: at once for a job at rest, now and then for one that renders."""
        job = look.job
        wanted = (job.id, look.revision, look.frames)
        is_early = time.monotonic() - self._drift_time < DRIFT_S and self._drift_of[:1] == (job.id,)
        if wanted == self._drift_of or (job.state is JobState.RUNNING and is_early):
            return
        self._drift_of, self._drift_time = wanted, time.monotonic()

        async def read() -> Drift:
            return await self._page.studio.run(_drift, job)

        self._drift.show(await self._page.studio.feed.once(("drift", job.id), read))


def _fps_of(job: Job) -> float:
    """Returns the frames per second of a job's film; a common rate where its settings cannot be read."""
    try:
        return film_of_job(job).fps
    except AnimatorError:
        return _FPS


def _drift(job: Job) -> Drift:
    if job.folder is None:
        return Drift()
    return read_drift(job.folder)
