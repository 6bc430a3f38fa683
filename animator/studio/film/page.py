"""The page on which a film is written: its preset, its curves, what it will cost."""

from nicegui import ui

from animator.studio.film.session import open_draft
from animator.studio.shell import Page


async def film_page(page: Page) -> None:
    """Builds the page."""
    session = await open_draft(page)
    ui.label(session.analysis.film.name if session.analysis.film else "")
