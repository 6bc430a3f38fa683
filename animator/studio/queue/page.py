"""The page of the jobs: what waits, what renders, what came of it."""

from pathlib import Path

from nicegui import ui

from animator.jobs.job import ACTIVE, Job, JobState
from animator.jobs.store import JobFilter
from animator.studio.feed import follow
from animator.studio.queue.chosen_job import ChosenJob
from animator.studio.queue.image_list import ImageList
from animator.studio.queue.job_row import JobRow
from animator.studio.shell import Page, unseen_heading
from animator.studio.watching.look import find_jobs
from animator.studio.watching.trouble import Trouble
from animator.studio.watching.words import STATES

PAGE = 20
"""Jobs on a page."""
ALL = "all"
FILTERS: dict[str, tuple[JobState, ...]] = {
    ALL: (),
    "waiting": (JobState.QUEUED,),
    "running": ACTIVE,
    **{
        state.value: (state,)
        for state in (JobState.PAUSED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELED)
    },
}
"""States of the jobs that are shown, by the name of the choice."""
_CSS = Path(__file__).with_name("queue.css")


async def queue_page(page: Page) -> None:
    """Builds the page."""
    unseen_heading(page.t("Queue"))
    ui.add_css(_CSS)
    with ui.element("div").classes("queue-grid"):
        queue = _Queue(page)
    await follow(page, queue.update)


class _Queue:
    """The list of the jobs, and the one that is chosen."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rows: dict[str, JobRow] = {}
        self._starts: list[int | None] = [None]
        self._last: int | None = None
        t = page.t
        with ui.element("section").classes("studio-panel").props(f'aria-label="{t("Jobs")}"'):
            self._trouble = Trouble(page)
            names = {name: t(STATES[states[0]]) if states else t("All") for name, states in FILTERS.items()}
            self._filter = ui.select(names, value=ALL, label=t("Show"), on_change=self._show_first)
            self._filter.props("dense options-dense outlined data-testid=queue-filter").classes(
                "queue-filter"
            )
            self._images = ImageList(page)
            self._empty = ui.label(t("No jobs. Films that are rendered are listed here.")).classes(
                "studio-soft"
            )
            self._list = ui.element("ul").classes("queue-list").props(f'aria-label="{t("Jobs")}"')
            with (
                ui.element("nav")
                .props(f'aria-label="{t("Pages of jobs")}"')
                .classes("queue-pages") as self._pages
            ):
                self._newer = ui.button(t("Newer"), on_click=self._show_newer)
                self._older = ui.button(t("Older"), on_click=self._show_older)
                for button, name in ((self._newer, "newer"), (self._older, "older")):
                    button.props(f"no-caps flat dense data-testid=queue-{name}")
        with ui.element("section").classes("studio-panel").props(f'aria-label="{t("Chosen job")}"'):
            self._chosen = ChosenJob(page, page.request.query_params.get("job", ""))

    async def update(self) -> None:
        """Shows what has changed."""
        self._trouble.show()
        self._images.show(self._page.studio.feed.images)
        states = FILTERS[self._filter.value]
        jobs = await find_jobs(self._page.studio, JobFilter(states, before=self._starts[-1], limit=PAGE + 1))
        has_older, has_newer = len(jobs) > PAGE, len(self._starts) > 1
        self._older.set_enabled(has_older)
        self._newer.set_enabled(has_newer)
        self._pages.set_visibility(has_older or has_newer)
        self._show_rows(jobs[:PAGE])
        if not self._chosen.job_id and jobs:
            self._chosen.job_id = next((job for job in jobs if job.state in ACTIVE), jobs[0]).id
        await self._show_chosen()

    def _show_rows(self, jobs: list[Job]) -> None:
        """Shows jobs. The rows of those that stay are kept, and with them the focus of a keyboard."""
        self._empty.set_visibility(not jobs)
        self._last = jobs[-1].number if jobs else None
        for gone in self._rows.keys() - {job.id for job in jobs}:
            self._list.remove(self._rows.pop(gone).element)
        for place, job in enumerate(jobs):
            if job.id not in self._rows:
                with self._list:
                    self._rows[job.id] = JobRow(self._page, job.id, self._choose)
                self._rows[job.id].element.move(self._list, place)
            self._rows[job.id].show(job)

    async def _choose(self, job_id: str) -> None:
        self._chosen.job_id = job_id
        await self._show_chosen()

    async def _show_chosen(self) -> None:
        for job_id, row in self._rows.items():
            row.mark(is_chosen=job_id == self._chosen.job_id)
        await self._chosen.update()

    async def _show_first(self) -> None:
        self._starts = [None]
        await self.update()

    async def _show_newer(self) -> None:
        self._starts = self._starts[:-1] or [None]
        await self.update()

    async def _show_older(self) -> None:
        self._starts.append(self._last)
        await self.update()
