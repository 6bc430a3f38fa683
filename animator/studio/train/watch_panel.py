"""`WatchPanel`: the trainings of a server, and the chosen one: progress, curve, sheets, result."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from animator.errors import JobNotFoundError
from animator.jobs.job import Job, JobState
from animator.jobs.queue import AT_REST
from animator.jobs.store import JobFilter
from animator.jobs.trainings.forget import forget_training
from animator.studio.dialogs import is_sure
from animator.studio.generate.fields import set_prop
from animator.studio.shell import Page
from animator.studio.telling import telling
from animator.studio.train.curve import LossCurve
from animator.studio.train.look import TrainingLook, look_at_training
from animator.studio.train.made_panel import ResultPanel, SheetPanel
from animator.studio.watching.job_head import JobHead
from animator.studio.watching.look import find_jobs
from animator.studio.watching.requests import CANCELABLE, RESUMABLE
from animator.studio.watching.trouble import Trouble
from animator.studio.watching.words import state_text, title_of

LISTED = 20
"""Trainings that are listed; the queue has all."""
CURVE_S = 1.0
"""Time between two readings of the files of a training that runs."""


class WatchPanel:
    """The trainings, and the chosen one.

    Args:
        page: The page.
        job_id: The training that is chosen at first; empty for the newest.
    """

    def __init__(self, page: Page, job_id: str) -> None:
        self._page = page
        self._chosen = job_id
        self._buttons: dict[str, ui.button] = {}
        self._seen: tuple[object, ...] = ()
        self._read = 0.0
        t = self._t = page.t
        self._trouble = Trouble(page)
        self._empty = ui.label(t("No trainings yet.")).classes("studio-soft")
        self._list = ui.element("ul").classes("train-list").props(f'aria-label="{t("Trainings")}"')
        with ui.element("div").classes("job-panel") as self._place:
            self._head = JobHead(t)
            with ui.element("div").classes("job-controls"):
                self._stop = self._button(t("Stop"), "stop", self._cancel)
                self._resume = self._button(t("Resume"), "resume", self._go_on)
                self._delete = self._button(t("Delete"), "delete", self._forget)
            self._result = ResultPanel(t)
            self._curve = LossCurve(t)
            self._sheets = SheetPanel(t)
            self._warnings = ui.element("ul").props(f'aria-label="{t("Warnings")}"').classes("job-warnings")
        self._place.set_visibility(False)

    async def choose(self, job_id: str) -> None:
        """Shows a training from now on."""
        self._chosen, self._seen = job_id, ()
        await self.update()

    async def update(self) -> None:
        """Shows what has changed."""
        self._trouble.show()
        jobs = await find_jobs(self._page.studio, JobFilter(limit=LISTED, trains=True))
        self._show_list(jobs)
        if not self._chosen and jobs:
            self._chosen = jobs[0].id
        job = next((one for one in jobs if one.id == self._chosen), None)
        if job is not None and job.state is JobState.RUNNING and self._is_fresh(job):
            self._head.show(job, None)
            return
        await self._show_chosen()

    def _is_fresh(self, job: Job) -> bool:
        """Returns True for a running job whose files were read a moment ago."""
        is_early = time.monotonic() - self._read < CURVE_S
        return is_early and self._seen == (job.id, job.state, job.wanted, job.progress.phase)

    async def _show_chosen(self) -> None:
        chosen = self._chosen
        try:
            look = await self._look(chosen) if chosen else None
        except JobNotFoundError:
            look = None
        if chosen != self._chosen:  # another one was chosen meanwhile
            return
        self._place.set_visibility(look is not None)
        if look is None:
            return
        self._read = time.monotonic()
        job = look.job
        self._seen = (job.id, job.state, job.wanted, job.progress.phase)
        self._head.show(job, look.place)
        self._stop.set_visibility(job.state in CANCELABLE)
        self._resume.set_visibility(job.state in RESUMABLE)
        self._delete.set_visibility(job.state in AT_REST)
        self._result.show(look)
        self._curve.show(look.curve)
        self._sheets.show(look)
        self._warnings.set_visibility(bool(look.warnings))
        self._warnings.clear()
        with self._warnings:
            for warning in look.warnings:
                with ui.element("li"):
                    ui.label(warning)

    async def _look(self, job_id: str) -> TrainingLook | None:
        return await self._page.studio.run(look_at_training, self._page.studio.server, job_id)

    def _show_list(self, jobs: list[Job]) -> None:
        self._empty.set_visibility(not jobs)
        if list(self._buttons) != [job.id for job in jobs]:
            self._list.clear()
            self._buttons = {}
            with self._list:
                for job in jobs:
                    with ui.element("li"):
                        button = ui.button(on_click=partial(self.choose, job.id))
                        button.props("flat dense no-caps align=left data-testid=train-job")
                    self._buttons[job.id] = button
        for job in jobs:
            button = self._buttons[job.id]
            button.set_text(f"{title_of(job, self._t)} · {state_text(job, self._t)}")
            set_prop(button, "aria-current", "true" if job.id == self._chosen else "false")

    def _button(self, text: str, name: str, act: Callable[[], Awaitable[None]]) -> ui.button:
        button = ui.button(text, on_click=act)
        button.props(f"no-caps outline dense data-testid=train-{name}").set_visibility(False)
        return button

    async def _cancel(self) -> None:
        with telling(self._t):
            await self._page.studio.run(self._page.studio.server.queue.cancel, self._chosen)

    async def _go_on(self) -> None:
        with telling(self._t):
            await self._page.studio.run(self._page.studio.server.queue.resume, self._chosen)

    async def _forget(self) -> None:
        t, studio, job_id = self._t, self._page.studio, self._chosen
        question = t("Delete this training with its sheets and states? What it has made stays.")
        if not await is_sure(question, t("Delete"), t):
            return
        with telling(t):
            job = await studio.run(studio.server.queue.get, job_id)
            await studio.run(forget_training, studio.server.queue, job)
            self._chosen = ""
