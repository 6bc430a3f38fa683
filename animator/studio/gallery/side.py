"""The panel beside the thumbnails: everything about the chosen item, or what can be done with several."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from animator.errors import AnimatorError
from animator.gallery.item import GalleryInfo, GalleryItem
from animator.gallery.query import MAX_RANK, Kind
from animator.studio.gallery.actions import Actions
from animator.studio.gallery.info import show_info
from animator.studio.gallery.item_actions import ItemActions
from animator.studio.gallery.lightbox import Lightbox
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.urls import thumbnail_url
from animator.studio.gallery.words import items_text, rank_text
from animator.studio.icon_button import icon_button

_PREVIEW = 512


class Side:
    """Shows the chosen item of a session, or what can be done with all that are selected.

    Args:
        session: The session.
        actions: What can be done with the selected items.
        lightbox: Where items are opened and compared.
    """

    def __init__(self, session: GallerySession, actions: Actions, lightbox: Lightbox) -> None:
        self._session, self._actions, self._lightbox = session, actions, lightbox
        self._t = session.page.t
        self._of_item = ItemActions(session)
        self._shown: object = None
        self._panel = ui.element("aside").classes("gallery-side")
        self._panel.props(f'aria-label="{self._t("Chosen items")}"')
        session.on_selection(self._show)

    async def _show(self) -> None:
        session = self._session
        chosen, count = session.chosen, session.count
        one = chosen[0] if count == len(chosen) == 1 else None
        shown = (chosen, count, None if one else session.found.total)
        if shown == self._shown:
            return
        self._shown = shown
        info = await self._info(one) if one else ""
        if self._shown is not shown:
            return  # something else is chosen meanwhile
        self._panel.clear()
        self._panel.classes(add="is-open") if count else self._panel.classes(remove="is-open")
        with self._panel:
            if one:
                self._one(one, info)
            elif count:
                self._several(count)
            else:
                self._keys()

    async def _info(self, item: GalleryItem) -> GalleryInfo | str:
        """Returns the generation info of an item, or why it cannot be read."""
        try:
            return await self._session.page.studio.run(self._session.gallery.info, item.id)
        except AnimatorError as error:
            return str(error)

    def _one(self, item: GalleryItem, info: GalleryInfo | str) -> None:
        self._head(item.name)
        preview = ui.element("img").classes("gallery-preview").props('alt=""')
        preview.props["src"] = thumbnail_url(item, _PREVIEW)
        preview.on("click", lambda: self._lightbox.open(item.id), args=[])
        self._marks(item.rank, is_favorite=item.favorite)
        with ui.element("div").classes("gallery-actions"):
            if not item.trashed:
                self._of_item.build(item)
            self._ends()
        with ui.element("section").classes("gallery-info").props("data-testid=gallery-info") as section:
            section.props["aria-label"] = self._t("Generation info")
            if isinstance(info, str):
                ui.label(info).classes("is-problem")
            else:
                show_info(info, self._t)

    def _several(self, count: int) -> None:
        session, t = self._session, self._t
        chosen = session.chosen
        self._head(t("{items} chosen").format(items=items_text(count, t)))
        if len(session.found.items) < session.found.total and not session.all_selected:
            text = t("Choose all {count} that match").format(count=f"{session.found.total:,}")
            self._button("select_all", text, "gallery-select-all", session.select_all)
        ranks = {item.rank for item in chosen}
        self._marks(
            ranks.pop() if len(ranks) == 1 and not session.all_selected else 0,
            is_favorite=all(item.favorite for item in chosen),
        )
        with ui.element("div").classes("gallery-actions"):
            if len(chosen) == count == 2 and all(item.kind is not Kind.FILM for item in chosen):
                self._button("compare", t("Compare"), "gallery-compare", self._lightbox.compare)
            if not session.view.query.trash:
                self._button("folder_zip", t("Download as ZIP"), "gallery-zip", self._actions.download)
            self._ends()

    def _head(self, title: str) -> None:
        with ui.element("div").classes("gallery-side-head"):
            ui.label(title).classes("gallery-heading").props("role=heading aria-level=2")
            close = icon_button("close", self._t("Choose none"), lambda: self._session.select((), 0))
            close.props("data-testid=gallery-none")

    def _marks(self, rank: int, *, is_favorite: bool) -> None:
        """Builds the rank and the favorite mark of what is selected."""
        t = self._t
        with ui.element("div").classes("gallery-marks"):
            stars = ui.rating(
                rank, max=MAX_RANK, size="26px", color="warning", icon="star_border", icon_selected="star"
            )
            stars.props(f'role=radiogroup aria-label="{t("Rank")}" data-testid=gallery-rank')
            stars.props["icon-aria-label"] = [rank_text(number, t) for number in range(1, MAX_RANK + 1)]
            stars.on_value_change(lambda event: self._actions.rank(int(event.value or 0)))
            none = icon_button("backspace", t("No rank"), lambda: self._actions.rank(0))
            none.props("data-testid=gallery-rank-none").set_enabled(rank > 0)
            icon = "favorite" if is_favorite else "favorite_border"
            heart = icon_button(icon, t("Favorite"), self._actions.toggle_favorite)
            heart.props(f"aria-pressed={str(is_favorite).lower()} data-testid=gallery-favorite")

    def _ends(self) -> None:
        """Builds the buttons that move the selected items to the trash and back."""
        t, trash = self._t, self._session.view.query.trash
        if trash:
            self._button("restore", t("Restore"), "gallery-restore", self._actions.restore)
        label = t("Delete for good") if trash else t("Delete")
        delete = ui.button(label, icon="delete", on_click=self._actions.remove)
        delete.props("outline dense no-caps color=negative data-testid=gallery-delete")

    def _button(self, icon: str, label: str, test_id: str, do: Callable[[], Awaitable[None]]) -> None:
        ui.button(label, icon=icon, on_click=do).props(f"outline dense no-caps data-testid={test_id}")

    def _keys(self) -> None:
        """Builds what to do where nothing is chosen."""
        t = self._t
        ui.label(t("Nothing is chosen")).classes("gallery-heading").props("role=heading aria-level=2")
        keys = (
            ("← ↑ ↓ →", t("move")),
            ("Enter", t("open in full size")),
            ("0 – 5", t("give a rank")),
            ("F", t("favorite, or not")),
            ("Space, Shift", t("choose several")),
            ("Delete", t("move to the trash")),
        )
        for key, meaning in keys:
            with ui.element("div").classes("gallery-key"):
                ui.label(key).classes("studio-mono")
                ui.label(meaning).classes("studio-soft")
