"""What a person does with one item: make a film of it, or find its file."""

from collections.abc import Callable
from pathlib import Path

from nicegui import ui

from animator.gallery.item import GalleryItem
from animator.gallery.query import Kind
from animator.studio.film.session import open_in_film_page
from animator.studio.gallery.reuse import animation_of, settings_of
from animator.studio.gallery.reveal import is_at_this_machine, open_folder
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.urls import file_url
from animator.studio.telling import telling


class ItemActions:
    """The buttons of an item.

    Args:
        session: The session that shows it.
    """

    def __init__(self, session: GallerySession) -> None:
        self._session = session
        self._page, self._gallery = session.page, session.gallery
        self._client = ui.context.client

    def build(self, item: GalleryItem) -> None:
        """Builds the buttons of an item that is not in the trash."""
        t = self._page.t
        is_image = item.kind is not Kind.FILM
        self._button("tune", t("Use these settings"), "gallery-use", lambda: self._use(item))
        if is_image:
            self._button("animation", t("Animate this"), "gallery-animate", lambda: self._animate(item))
            _link("brush", t("Send to Generate"), "gallery-generate", f"/generate?from={item.id}")
        download = _link("download", t("Download"), "gallery-download", file_url(item))
        download.props["download"] = item.name
        self._button("folder_open", t("Show folder"), "gallery-folder", lambda: self._reveal(item))

    def _button(self, icon: str, label: str, test_id: str, do: Callable[[], object]) -> None:
        ui.button(label, icon=icon, on_click=do).props(f"outline dense no-caps data-testid={test_id}")

    async def _use(self, item: GalleryItem) -> None:
        await self._make(lambda: settings_of(self._gallery, item.id))

    async def _animate(self, item: GalleryItem) -> None:
        uploads = self._page.studio.server.uploads
        await self._make(lambda: animation_of(self._gallery, uploads, item.id))

    async def _make(self, text_of: Callable[[], str]) -> None:
        """Opens the film page with a film of a preset."""
        studio = self._page.studio
        with self._client, telling(self._page.t):
            ui.navigate.to(await open_in_film_page(studio, await studio.run(text_of)))

    async def _reveal(self, item: GalleryItem) -> None:
        """Says where an item is; opens its folder for a person at the server's machine."""
        is_here = is_at_this_machine(self._page.request)

        def find() -> Path:
            path = self._gallery.path(item.id)
            if is_here:
                open_folder(path.parent)
            return path

        with self._client, telling(self._page.t):
            ui.notify(str(await self._page.studio.run(find)), close_button=True, multi_line=True)


def _link(icon: str, label: str, test_id: str, url: str) -> ui.button:
    button = ui.button(label, icon=icon).props(f"outline dense no-caps data-testid={test_id}")
    button.props["href"] = url
    return button
