"""`JobHead`: title, state, progress and error of a job."""

from pathlib import Path

from nicegui import ui

from animator.jobs.job import Job
from animator.studio.labels import Translate
from animator.studio.watching.words import progress_text, share_of, state_text, title_of

_CSS = Path(__file__).with_name("watching.css")


class JobHead:
    """Title, state, progress and error of a job.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        ui.add_css(_CSS)
        with ui.element("div").classes("job-head"):
            self._title = ui.label().classes("job-title")
            self._state = ui.label().props("role=status data-testid=job-state").classes("job-state")
        self._progress = ui.element("div").props("role=progressbar data-testid=progress")
        self._progress.props.update({"aria-label": t("Progress"), "aria-valuemin": 0, "aria-valuemax": 100})
        with self._progress:
            self._bar = ui.linear_progress(0.0, show_value=False)
            self._bar.props("instant-feedback aria-hidden=true")
            self._text = ui.label().classes("studio-soft job-progress")
        self._error = ui.label().props("role=alert data-testid=job-error").classes("job-error")

    def show(self, job: Job, place: int | None) -> None:
        """Shows a job as it is now.

        Args:
            job: The job.
            place: Number of jobs that begin before it; None unless it waits.
        """
        t = self._t
        text = progress_text(job, place, t)
        self._title.set_text(title_of(job, t))
        self._state.set_text(state_text(job, t))
        self._bar.set_value(share_of(job))
        spoken = {
            "aria-valuetext": f"{state_text(job, t)}. {text}",
            "aria-valuenow": round(100 * share_of(job)),
        }
        if any(self._progress.props.get(name) != value for name, value in spoken.items()):
            self._progress.props.update(spoken)
        self._text.set_text(text)
        self._error.set_text(job.error.message if job.error else "")
        self._error.set_visibility(job.error is not None)
