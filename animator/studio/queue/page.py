"""The page of the jobs: what waits, what renders, what came of it."""

from nicegui import ui

from animator.studio.shell import Page


async def queue_page(page: Page) -> None:
    """Builds the page."""
    ui.label(page.t("Queue"))
