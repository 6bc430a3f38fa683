"""The thumbnails of a gallery page."""

from nicegui import ui

from animator.studio.components.thumbnail_grid import ThumbnailGrid
from animator.studio.gallery.actions import Actions
from animator.studio.gallery.lightbox import Lightbox
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.words import tile_of
from animator.studio.shell import remember

TILE_WIDTHS = (100, 320)
"""Least and greatest width of a thumbnail in pixels."""
_TILE_COOKIE, _TILE_WIDTH = "animator_tile", 180


class Grid:
    """The thumbnails of a session's page.

    Args:
        session: The session.
        actions: What its keys do.
        lightbox: Where a thumbnail is opened.

    Attributes:
        width: Width of the thumbnails in pixels.
    """

    def __init__(self, session: GallerySession, actions: Actions, lightbox: Lightbox) -> None:
        self._session = session
        t = session.page.t
        self.width = _chosen_width(session.page.request.cookies.get(_TILE_COOKIE, ""))
        self._empty = ui.label().classes("gallery-empty").props("role=status data-testid=gallery-empty")
        self._grid = ThumbnailGrid(t("Images and films"), t("no preview"))
        self._grid.resize(self.width)
        self._grid.on_selection(session.select)
        self._grid.on_number("open", lightbox.open)
        self._grid.on_number("rank", actions.rank)
        self._grid.on_number("turn", lambda by: session.turn_to(session.view.number + by))
        self._grid.on("favorite", actions.toggle_favorite, args=[])
        self._grid.on("remove", actions.remove, args=[])
        lightbox.on_close(self._grid.focus)
        session.on_results(self._show_results)
        session.on_selection(self._show_selection)

    def resize(self, width: int) -> None:
        """Shows the thumbnails in another width in pixels, here and next time."""
        self.width = width
        self._grid.resize(width)
        remember(_TILE_COOKIE, str(width))

    def _show_results(self) -> None:
        session, t = self._session, self._session.page.t
        self._grid.show([tile_of(item, self.width, t) for item in session.found.items])
        self._empty.set_text(session.problem or self._why_empty())
        self._empty.set_visibility(not session.found.items)
        if session.problem:
            self._empty.classes(add="is-problem")
        else:
            self._empty.classes(remove="is-problem")

    def _why_empty(self) -> str:
        """Returns what to say where there is nothing to see."""
        query, t = self._session.view.query, self._session.page.t
        if query == type(query)(sort=query.sort, seed=query.seed):
            return t("There is nothing here yet: what you render or generate appears here.")
        if query == type(query)(sort=query.sort, seed=query.seed, trash=True):
            return t("The trash is empty.")
        return t("Nothing matches all filters. Clear one, or search for fewer words.")

    async def _show_selection(self) -> None:
        current = self._session.current
        self._grid.select(self._session.selected, current.id if current else 0)


def _chosen_width(cookie: str) -> int:
    """Returns the width that a person chose; a cookie may have anything."""
    width = int(cookie) if cookie.isascii() and cookie.isdigit() and len(cookie) < 5 else _TILE_WIDTH
    return min(max(width, TILE_WIDTHS[0]), TILE_WIDTHS[-1])
