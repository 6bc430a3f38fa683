"""The page on which a film is written: its preset, its curves, what it will cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nicegui import ui

from animator.studio.film.curves.panel import curves_panel
from animator.studio.film.render.panel import render_panel
from animator.studio.film.session import open_draft
from animator.studio.film.settings import settings_section
from animator.studio.film.source import source_bar
from animator.studio.film.text import text_panel
from animator.studio.labels import Translate
from animator.studio.shell import Page

_CSS = Path(__file__).with_name("film.css")


async def film_page(page: Page) -> None:
    """Builds the page: its parts side by side where there is room, else below each other."""
    ui.add_css(_CSS)
    t = page.t
    session = await open_draft(page)
    with ui.element("div").classes("film-grid"):
        with ui.element("section").classes("studio-panel film-source"):
            await source_bar(session)
        with (
            ui.element("section").classes("studio-panel film-settings").props(f'aria-label="{t("Settings")}"')
        ):
            await settings_section(session)
        with _section(t, "film-text", "Text"):
            text_panel(session)
        with _section(t, "film-render", "Render"):
            await render_panel(session)
        with _section(t, "film-curves", "Curves"):
            curves_panel(session)


@contextmanager
def _section(t: Translate, name: str, title: str) -> Iterator[None]:
    """Puts what is built inside the `with` block into a section with a heading.

    Args:
        t: Translates the heading.
        name: The section's class, which is its place on the page.
        title: The heading.
    """
    heading = f"{name}-title"
    with ui.element("section").classes(f"studio-panel {name}").props(f"aria-labelledby={heading}"):
        with ui.element("h2").props(f"id={heading}"):
            ui.label(t(title))
        yield
