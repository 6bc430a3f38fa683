"""The button that generates, and everything that is in its way."""

from nicegui import ui

from animator.jobs.images.work import Generation, ImageGrid
from animator.studio.generate.check_grid import check_grid
from animator.studio.generate.grid_panel import GridPanel
from animator.studio.generate.inputs import InputPanel
from animator.studio.generate.problem_list import ProblemList
from animator.studio.generate.session import ImageSession
from animator.studio.telling import telling


class RunPanel:
    """The button that generates, and the problems of the settings.

    Args:
        session: The settings.
    """

    def __init__(self, session: ImageSession) -> None:
        self._session = session
        self._t = session.page.t
        with ui.element("div").classes("generate-start"):
            self._button = ui.button(self._t("Generate"), icon="brush").props("no-caps unelevated")
            self._button.props("data-testid=generate-run").classes("generate-run")
            ui.label(self._t("or Ctrl+Enter in the prompt")).classes("studio-soft generate-caption")
        ProblemList(session)

    def connect(self, inputs: InputPanel, grid: GridPanel, prompt: ui.element) -> None:
        """Has the button, and the keyboard in the prompt, generate from what is drawn, and with a grid."""

        async def run() -> None:
            self._button.disable()
            try:
                with telling(self._t):
                    await self._run(inputs, grid)
            finally:
                self._button.enable()

        self._button.on_click(run)
        prompt.on("keydown.ctrl.enter.prevent", run)

    async def _run(self, inputs: InputPanel, grid: GridPanel) -> None:
        await inputs.finish()
        axes = grid.axes()
        found = await self._session.check()
        studio = self._session.page.studio
        if found.settings is None:
            ui.notify(self._t("Nothing was generated: correct what is listed first."), type="warning")
            return
        if axes:
            await studio.run(check_grid, found.values, axes)
        work = ImageGrid(found.values, axes) if axes else Generation(found.values)
        studio.image_orders.submit(work, self._session.draft.id)
