"""`JobRow`: a job in the list of the jobs."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from animator.jobs.job import Job, JobState
from animator.studio.icon_button import icon_button
from animator.studio.shell import Page
from animator.studio.telling import telling
from animator.studio.watching.look import job_url
from animator.studio.watching.requests import WAITING
from animator.studio.watching.words import progress_text, share_of, state_text, title_of

THUMBNAIL = 128
"""Width of a thumbnail in pixels."""
Choose = Callable[[str], Awaitable[None]]


class JobRow:
    """A job: its newest frame, its title, its state and progress.

    Args:
        page: The page.
        job_id: The job.
        choose: Called with its id where a person wants to see it.

    Attributes:
        element: The row in the list.
    """

    def __init__(self, page: Page, job_id: str, choose: Choose) -> None:
        self._page = page
        self._priority = 0
        t = page.t
        with ui.element("li").classes("queue-row") as self.element:
            with (
                ui.element("button")
                .classes("queue-choose")
                .props("type=button data-testid=queue-job") as self._button
            ):
                self._image = ui.element("img").props("alt='' loading=lazy").classes("queue-thumbnail")
                with ui.element("span").classes("queue-texts"):
                    self._title = ui.label().classes("queue-title")
                    self._text = ui.label().classes("studio-soft")
                    self._bar = ui.linear_progress(0.0, show_value=False).props(
                        "instant-feedback aria-hidden=true"
                    )
            self._button.on("click", lambda: choose(job_id))
            with ui.element("div").classes("queue-moves") as self._moves:
                for change, icon, text in (
                    (1, "arrow_upward", t("Earlier")),
                    (-1, "arrow_downward", t("Later")),
                ):
                    icon_button(icon, text, partial(self._move, job_id, change))

    def show(self, job: Job) -> None:
        """Shows the job as it is now."""
        t, progress = self._page.t, job.progress
        self._priority = job.priority
        self._title.set_text(title_of(job, t))
        parts = [progress_text(job, None, t)] if progress.frames else []
        if job.state is not JobState.RUNNING or job.wanted or not parts:
            parts.insert(0, state_text(job, t))
        if job.priority:
            parts.append(t("priority {number}").format(number=job.priority))
        self._text.set_text(" · ".join(parts))
        self._bar.set_value(share_of(job))
        self._bar.set_visibility(job.state in (JobState.RUNNING, JobState.CANCELING))
        self._moves.set_visibility(job.state in WAITING)
        has_frame = job.folder is not None and progress.done > 0 and not job.is_training
        self._image.set_visibility(has_frame)
        source = f"{job_url(job.id)}/preview.jpg?width={THUMBNAIL}&v={progress.done}-{job.ended}"
        if has_frame and self._image.props.get("src") != source:
            self._image.props["src"] = source

    def mark(self, *, is_chosen: bool) -> None:
        """Marks the row as the chosen one, or not."""
        current = "true" if is_chosen else "false"
        if self._button.props.get("aria-current") != current:
            self._button.props["aria-current"] = current

    async def _move(self, job_id: str, change: int) -> None:
        studio = self._page.studio
        with telling(self._page.t):
            await studio.run(studio.server.queue.set_priority, job_id, self._priority + change)
