"""The page on which images and films are found again."""

from pathlib import Path
from urllib.parse import parse_qsl

from nicegui import ui
from nicegui.events import GenericEventArguments

from animator.studio.gallery.actions import Actions
from animator.studio.gallery.filters import Filters
from animator.studio.gallery.grid import Grid
from animator.studio.gallery.lightbox import Lightbox
from animator.studio.gallery.notice import Notice
from animator.studio.gallery.pager import Pager
from animator.studio.gallery.selection_bar import SelectionBar
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.side import Side
from animator.studio.gallery.view import view_of
from animator.studio.shell import Page, unseen_heading

LOOK_S = 1.0
"""Time between two looks at whether the gallery has changed."""
_CSS = Path(__file__).with_name("gallery.css")
_HISTORY = "gallery_history"
_TELL_HISTORY = f"""
    const tell = () => emitEvent("{_HISTORY}", location.search);
    window.addEventListener("popstate", tell);
    tell();
"""
"""Tells of the URL now, too: a person may have gone back before the page listened."""
_MAX_URL = 20_000


async def gallery_page(page: Page) -> None:
    """Builds the page: filters, thumbnails, and what is known of the chosen one, side by side."""
    unseen_heading(page.t("Gallery"))
    ui.add_css(_CSS)
    session = GallerySession(page, page.studio.server.gallery, view_of(page.request.query_params))
    with ui.element("div").classes("gallery"):
        _filters(session)
        with ui.element("section").classes("gallery-main") as main:
            main.props["aria-label"] = page.t("Images and films")
            bar = ui.element("div").classes("gallery-bars")
            with bar:
                notice = Notice(session, page.studio.server.gallery_indexer)
            actions = Actions(session, notice)
            lightbox = Lightbox(session, actions)
            grid = Grid(session, actions, lightbox)
            with bar:
                SelectionBar(session, actions)
                Pager(session, grid)
        Side(session, actions, lightbox)
    _follow_history(session)
    await session.refresh()

    async def look() -> None:
        notice.look()
        await session.look()

    ui.timer(LOOK_S, look)


def _filters(session: GallerySession) -> None:
    """Builds the filters, which a phone shows when they are asked for."""
    t = session.page.t
    with ui.element("search").classes("gallery-filters").props(f'aria-label="{t("Filters")}"') as panel:
        toggle = ui.button(t("More filters"), icon="tune", on_click=lambda: panel.classes(toggle="is-open"))
        toggle.props("flat dense no-caps data-testid=gallery-more-filters").classes("gallery-more")
        Filters(session)


def _follow_history(session: GallerySession) -> None:
    """Shows what the browser's history has when a person goes back or forward in it."""

    async def moved(event: GenericEventArguments) -> None:
        view = view_of(dict(parse_qsl(str(event.args)[:_MAX_URL].removeprefix("?"))))
        if view != session.view:
            await session.open(view)

    ui.on(_HISTORY, moved)
    ui.run_javascript(_TELL_HISTORY)
