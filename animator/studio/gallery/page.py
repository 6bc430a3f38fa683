"""The page on which images and films are found again."""

from nicegui import ui

from animator.studio.shell import Page


async def gallery_page(page: Page) -> None:
    """Builds the page."""
    ui.label(page.t("Gallery"))
