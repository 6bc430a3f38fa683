"""The line above the thumbnails that says what was done, and takes it back."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from animator.gallery.indexer import GalleryIndexer
from animator.studio.gallery.session import GallerySession

Undo = Callable[[], Awaitable[None]]


class Notice:
    """Says what was done, what is new, and how far the index is.

    Args:
        session: The session.
        indexer: What keeps the index up to date.
    """

    def __init__(self, session: GallerySession, indexer: GalleryIndexer) -> None:
        self._session, self._indexer = session, indexer
        self._t = session.page.t
        self._undo: Undo | None = None
        with ui.element("div").classes("gallery-notices").props("role=status aria-live=polite"):
            self._index = ui.label().classes("studio-soft").props("data-testid=gallery-indexing")
            self._news = ui.button(on_click=session.refresh, icon="refresh")
            self._news.props("outline dense no-caps data-testid=gallery-news")
            self._done = ui.label().props("data-testid=gallery-done")
            self._back = ui.button(self._t("Undo"), on_click=self._take_back, icon="undo")
            self._back.props("outline dense no-caps data-testid=gallery-undo")
        self.say("")
        session.on_results(self._show_news)
        self.look()

    def say(self, text: str, undo: Undo | None = None) -> None:
        """Says what was done; `undo` takes it back."""
        self._undo = undo
        self._done.set_text(text)
        self._done.set_visibility(bool(text))
        self._back.set_visibility(undo is not None)

    def look(self) -> None:
        """Shows how far the index is."""
        progress, text = self._indexer.progress, self._indexer.problem
        if progress is not None:
            read, found = progress
            text = self._t("Looking through the folders: {read} of {found} files").format(
                read=f"{read:,}", found=f"{found:,}"
            )
        self._index.set_text(text)
        self._index.set_visibility(bool(text))

    async def _take_back(self) -> None:
        undo = self._undo
        self.say("")
        if undo is not None:
            await undo()

    def _show_news(self) -> None:
        news = self._session.news
        self._news.set_visibility(news is not None)
        self._news.set_text(
            self._t("{count} new – show").format(count=news) if news else self._t("There are changes – show")
        )
