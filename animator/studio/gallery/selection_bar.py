"""Chooses all items of a page, and empties the trash."""

from nicegui import ui

from animator.studio.gallery.actions import Actions
from animator.studio.gallery.session import GallerySession


class SelectionBar:
    """The buttons above the thumbnails.

    Args:
        session: The session.
        actions: What the buttons do.
    """

    def __init__(self, session: GallerySession, actions: Actions) -> None:
        self._session = session
        t = session.page.t
        with ui.element("div").classes("gallery-select"):
            self._all = ui.button(
                t("Choose all on this page"), icon="select_all", on_click=session.select_page
            )
            self._all.props("flat dense no-caps data-testid=gallery-select-page")
            self._empty = ui.button(t("Empty the trash"), icon="delete_forever", on_click=actions.empty_trash)
            self._empty.props("flat dense no-caps color=negative data-testid=gallery-empty-trash")
        session.on_results(self._show)

    def _show(self) -> None:
        has_items = bool(self._session.found.items)
        self._all.set_enabled(has_items)
        self._empty.set_visibility(self._session.view.query.trash and has_items)
