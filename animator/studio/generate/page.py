"""The page on which single images are generated."""

from nicegui import ui

from animator.studio.shell import Page


async def generate_page(page: Page) -> None:
    """Builds the page."""
    ui.label(page.t("Generate"))
