"""The page on which a film is written: its preset, its curves, what it will cost."""

from nicegui import ui

from animator.studio.film.curves.panel import curves_panel
from animator.studio.film.session import DraftSession, open_draft
from animator.studio.shell import Page


async def film_page(page: Page) -> None:
    """Builds the page: its parts side by side where there is room, else below each other."""
    session = await open_draft(page)
    with ui.element("div").classes("film-grid"):
        with ui.element("section").classes("studio-panel film-source"):
            _title(session)
        ui.element("section").classes("studio-panel film-settings")
        ui.element("section").classes("studio-panel film-text")
        ui.element("section").classes("studio-panel film-render")
        with ui.element("section").classes("studio-panel film-curves"):
            curves_panel(session)


def _title(session: DraftSession) -> None:
    title = ui.label().classes("film-title")
    session.watch(lambda analysis: title.set_text(analysis.film.name if analysis.film else ""))
