"""`ChosenJob`: the job that a person has chosen in the list, as it is watched, with its log."""

from nicegui import ui

from animator.jobs.queue import AT_REST
from animator.server.v1.jobs import delete_job
from animator.server.v1.records import LogEntry, log_of
from animator.studio.dialogs import is_sure
from animator.studio.shell import Page
from animator.studio.telling import telling
from animator.studio.watching.job_panel import JobPanel

MAX_LINES = 500
"""Lines of a log that are shown, the newest; the file has all."""


class ChosenJob:
    """The job that a person has chosen.

    Args:
        page: The page.
        job_id: The job that is chosen at first; empty for none.

    Attributes:
        job_id: The job; empty for none.
    """

    def __init__(self, page: Page, job_id: str) -> None:
        self._page = page
        self.job_id = job_id
        t = page.t
        self._panel = JobPanel(page)
        with self._panel.controls.place:
            for text, name, act in (
                (t("Edit as a film"), "edit", self._edit),
                (t("Log"), "log", self._show_log),
                (t("Delete"), "delete", self._delete),
            ):
                button = ui.button(text, on_click=act).props(f"no-caps outline dense data-testid=job-{name}")
                if name == "delete":
                    self._deleter = button
                elif name == "edit":
                    self._editor = button
            self._opener = ui.button(t("Open the training"), on_click=self._open)
            self._opener.props("no-caps outline dense data-testid=job-training")
        self._log = ui.element("ol").classes("job-log").props("data-testid=job-log-lines")
        self._log_of = self._title = ""

    async def update(self) -> None:
        """Shows the job as it is now."""
        job = await self._panel.watch(self.job_id)
        self._title = job.title if job else ""
        is_training = job is not None and job.is_training
        self._editor.set_visibility(not is_training)
        self._opener.set_visibility(is_training)
        self._deleter.set_visibility(job is not None and job.state in AT_REST)
        if self._log_of != self.job_id:
            self._log.clear()

    def _edit(self) -> None:
        ui.navigate.to(f"/?from={self.job_id}")

    def _open(self) -> None:
        ui.navigate.to(f"/train?job={self.job_id}")

    async def _show_log(self) -> None:
        studio, job_id = self._page.studio, self.job_id

        def read() -> list[LogEntry]:
            return log_of(studio.server.queue.get(job_id), studio.server)[-MAX_LINES:]

        with telling(self._page.t):
            entries = await studio.run(read)
            self._log_of = job_id
            self._log.clear()
            with self._log:
                for entry in entries:
                    with ui.element("li"):
                        ui.label(f"{entry.time.astimezone():%X}").classes("studio-soft")
                        ui.label(f"{entry.kind}: {entry.text}")

    async def _delete(self) -> None:
        t, studio, job_id = self._page.t, self._page.studio, self.job_id
        question = t("Delete this job with its frames and its film? This cannot be undone.")
        if not await is_sure(f"{self._title}\n{question}", t("Delete"), t):
            return
        with telling(t):
            await studio.run(delete_job, job_id, studio.server, files=True)
            self.job_id = ""
