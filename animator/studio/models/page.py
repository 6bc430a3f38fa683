"""The page of the models: what is found, and what it is good for."""

from nicegui import ui

from animator.studio.shell import Page


async def models_page(page: Page) -> None:
    """Builds the page."""
    ui.label(page.t("Models"))
