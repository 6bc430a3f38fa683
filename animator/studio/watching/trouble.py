"""`Trouble`: why no jobs are rendered, where that is so."""

from nicegui import ui

from animator.studio.shell import Page


class Trouble:
    """A line that says why no jobs are rendered; unseen while they are.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._text = ui.label().props("role=alert data-testid=trouble").classes("job-error")

    def show(self) -> None:
        """Shows what the last look at the jobs has found."""
        problem = self._page.studio.feed.problem
        self._text.set_visibility(bool(problem))
        if problem:
            self._text.set_text(self._page.t("No jobs are rendered: {problem}").format(problem=problem))
