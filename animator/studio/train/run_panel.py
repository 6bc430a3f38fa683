"""The button that begins a training, what it takes, and everything that is in its way."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.problem_list import ProblemList
from animator.studio.generate.session import ImageSession
from animator.studio.telling import telling
from animator.studio.train.analysis import TrainingAnalysis


class TrainingStart:
    """The button that begins a training, and the problems of the settings.

    Args:
        session: The settings.
        begun: Is called with the id of the job.
    """

    def __init__(self, session: ImageSession, begun: Callable[[str], Awaitable[None]]) -> None:
        self._session = session
        self._begun = begun
        t = self._t = session.page.t
        with ui.element("div").classes("generate-start"):
            self._button = ui.button(t("Start training"), icon="school", on_click=self._run)
            self._button.props("no-caps unelevated data-testid=train-run").classes("generate-run")
            self._plan = ui.label().props("role=status data-testid=train-plan")
            self._plan.classes("studio-soft generate-caption")
        ProblemList(session)
        session.watch(self._plan, self._show)

    async def _run(self) -> None:
        self._button.disable()
        try:
            with telling(self._t):
                found = await self._session.check()
                if not isinstance(found, TrainingAnalysis) or found.request is None:
                    ui.notify(self._t("Nothing was started: correct what is listed first."), type="warning")
                    return
                studio = self._session.page.studio
                job = await studio.run(studio.server.queue.submit, found.request)
                await self._begun(job.id)
        finally:
            self._button.enable()

    def _show(self, analysis: ImageAnalysis) -> None:
        if not isinstance(analysis, TrainingAnalysis) or analysis.plan is None:
            self._plan.set_text("")
            return
        plan = analysis.plan
        text = self._t("{images} images, {steps} steps, learning rate {rate}")
        self._plan.set_text(text.format(images=plan.images, steps=plan.steps, rate=plan.rate))
