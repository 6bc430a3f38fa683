"""`JobControls`: pause, resume, cancel, render again from a frame."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from animator.jobs.job import Job, JobState
from animator.jobs.queue import AT_REST
from animator.settings import Animation
from animator.studio.shell import Page
from animator.studio.telling import telling
from animator.studio.watching.look import JobLook
from animator.studio.watching.redo_dialog import ask_for_redo
from animator.studio.watching.requests import CANCELABLE, PAUSABLE, RESUMABLE, overrides_for

FilmNow = Callable[[], Animation | None]
"""Returns the film as it is written now; None where it cannot be rendered."""


class JobControls:
    """The buttons below a job.

    Args:
        page: The page.
        film: The film with whose settings a job may be rendered again; None where the page has none.

    Attributes:
        place: Where the buttons are; a page may add its own.
    """

    def __init__(self, page: Page, film: FilmNow | None = None) -> None:
        self._page = page
        self._film = film
        self._look: JobLook | None = None
        t, queue = page.t, page.studio.server.queue
        with ui.element("div").classes("job-controls") as self.place:
            self._pause = self._button(t("Pause"), "job-pause", lambda job: self._do(queue.pause, job))
            self._resume = self._button(t("Resume"), "job-resume", lambda job: self._do(queue.resume, job))
            self._cancel = self._button(t("Cancel"), "cancel", lambda job: self._do(queue.cancel, job))
            self._redo = self._button(t("Render again from a frame"), "job-redo", self._ask_for_redo)

    def show(self, look: JobLook) -> None:
        """Shows the buttons that make sense for a job now."""
        self._look = look
        job = look.job
        is_pausing = job.state is JobState.RUNNING and bool(job.wanted)
        self._pause.set_visibility(job.state in PAUSABLE and not is_pausing)
        self._resume.set_visibility(job.state in RESUMABLE or is_pausing)
        self._cancel.set_visibility(job.state in CANCELABLE)
        self._redo.set_visibility(job.state in AT_REST and look.frames > 0)

    def _button(self, text: str, name: str, act: Callable[[Job], Awaitable[None]]) -> ui.button:
        async def clicked() -> None:
            if self._look is not None:
                await act(self._look.job)

        button = ui.button(text, on_click=clicked).props(f"no-caps outline dense data-testid={name}")
        button.set_visibility(False)
        return button

    async def _do(self, wish: Callable[[str], object], job: Job) -> None:
        with telling(self._page.t):
            await self._page.studio.run(wish, job.id)

    async def _ask_for_redo(self, job: Job) -> None:
        film = self._film() if self._film else None
        wanted = await ask_for_redo(self._page, self._look.frames if self._look else 0, film)
        if wanted is None:
            return
        frame, film = wanted
        studio = self._page.studio

        def redo() -> None:
            studio.server.queue.redo(job.id, frame, overrides_for(job, film))

        with telling(self._page.t):
            await studio.run(redo)
