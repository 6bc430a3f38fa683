"""The part of the film page that says what a film takes, previews it, renders it and shows its jobs."""

from dataclasses import replace
from pathlib import Path

from nicegui import ui

from animator.jobs.job import Job
from animator.jobs.request import JobRequest
from animator.jobs.settings import film_of
from animator.jobs.store import JobFilter
from animator.server.context import ServerContext
from animator.settings import Animation
from animator.studio.analysis import Analysis, preset_text
from animator.studio.feed import follow
from animator.studio.film.places import words_of
from animator.studio.film.render.cost import CostList
from animator.studio.film.render.previews import PreviewPanel
from animator.studio.film.session import DraftSession
from animator.studio.measures import moment_text
from animator.studio.telling import telling
from animator.studio.watching.job_panel import JobPanel
from animator.studio.watching.look import find_jobs
from animator.studio.watching.trouble import Trouble
from animator.studio.watching.words import TITLE, state_text

LABEL = "film"
"""Label of a job that has the id of its draft."""
MAX_TITLE = 200
"""Characters of a film's name in a label."""
MAX_JOBS = 20
"""Jobs of a film that can be chosen from."""
_CSS = Path(__file__).with_name("render.css")


async def render_panel(session: DraftSession) -> None:
    """Builds the panel."""
    ui.add_css(_CSS)
    panel = _RenderPanel(session)
    session.watch(panel.show)
    await follow(session.page, panel.update)


def submit_film(server: ServerContext, text: str, draft_id: str) -> Job:
    """Puts the film of a draft into the queue, and returns its job.

    Args:
        server: The server.
        text: The preset.
        draft_id: The draft's id, by which its pages find the job.

    Raises:
        PresetError: With every problem of the film.
        QueueFullError: Too many jobs wait.
    """
    request = JobRequest(preset=preset_text(text), labels={LABEL: draft_id})
    film = film_of(request)
    labels = {**request.labels, TITLE: film.name[:MAX_TITLE]}
    return server.queue.submit(replace(request, labels=labels))


class _RenderPanel:
    """What a film takes, its previews, and its jobs."""

    def __init__(self, session: DraftSession) -> None:
        self._session = session
        self._page = page = session.page
        self._newest = ""
        t = page.t
        self._cost = CostList(t)
        self._previews = PreviewPanel(session)
        self._reason = ui.label().props("id=render-reason role=status data-testid=render-reason")
        self._reason.classes("render-reason")
        self._button = ui.button(t("Render"), on_click=self._render).classes("render-button")
        self._button.props("no-caps unelevated data-testid=render aria-describedby=render-reason")
        self._trouble = Trouble(page)
        self._choice = ui.select({}, label=t("Renderings of this film"), on_change=self._choose)
        self._choice.props("dense options-dense outlined data-testid=job-choice")
        self._job = JobPanel(page, self._film)

    def show(self, analysis: Analysis) -> None:
        """Shows what a film takes, or why it cannot be rendered."""
        t, report = self._page.t, analysis.report
        self._cost.show(report.work)
        self._previews.show(analysis)
        self._button.set_enabled(report.ok)
        text = ""
        if report.problems and analysis.version >= 0:  # else nobody has looked at it yet
            one, more = t("It cannot be rendered yet: {problem}"), t("and {count} more")
            text = one.format(problem=words_of(report.problems[0]))
            if others := len(report.problems) - 1:
                text = f"{text} ({more.format(count=others)})"
        self._reason.set_text(text)
        self._reason.set_visibility(bool(text))

    async def update(self) -> None:
        """Shows the jobs of the film; a new one at once, unless another one is chosen."""
        t = self._page.t
        self._trouble.show()
        wanted = JobFilter(labels={LABEL: self._session.draft.id}, limit=MAX_JOBS)
        jobs = await find_jobs(self._page.studio, wanted)
        ids = [job.id for job in jobs]
        chosen = self._choice.value
        if chosen not in ids or chosen == self._newest:
            chosen = ids[0] if ids else None
        self._newest = ids[0] if ids else ""
        names = {job.id: f"{moment_text(job.created)} · {state_text(job, t)}" for job in jobs}
        if names != self._choice.options or chosen != self._choice.value:
            self._choice.set_options(names, value=chosen)
        self._choice.set_visibility(len(jobs) > 1)
        await self._job.watch(self._choice.value or "")

    async def _choose(self) -> None:
        await self._job.watch(self._choice.value or "")

    async def _render(self) -> None:
        studio, draft = self._page.studio, self._session.draft
        self._button.set_enabled(False)
        with telling(self._page.t):
            await studio.run(submit_film, studio.server, draft.text, draft.id)
        self._button.set_enabled(self._session.analysis.report.ok)

    def _film(self) -> Animation | None:
        analysis = self._session.analysis
        return analysis.film if analysis.report.ok else None
