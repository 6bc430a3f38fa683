"""`ProblemList`: everything that is wrong with settings, as a list."""

from nicegui import ui

from animator.errors import Problem
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.session import ImageSession


class ProblemList:
    """Everything that is wrong with settings; not shown where nothing is.

    Args:
        session: The settings.
    """

    def __init__(self, session: ImageSession) -> None:
        self._problems = ui.element("ul").props("aria-live=polite data-testid=problems")
        self._problems.classes("generate-problems")
        self._shown: tuple[Problem, ...] = ()
        self._problems.set_visibility(bool(self._shown))
        session.watch(self._problems, self._show)

    def _show(self, analysis: ImageAnalysis) -> None:
        if analysis.problems == self._shown:
            return
        self._shown = analysis.problems
        self._problems.set_visibility(bool(analysis.problems))
        self._problems.clear()
        with self._problems:
            for problem in analysis.problems:
                with ui.element("li"):
                    place = problem.path or problem.where
                    ui.label(f"{place}: {problem.message}")
