"""An item in full size, and the way to the next; two images compared."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from animator.gallery.item import GalleryItem
from animator.gallery.query import Kind
from animator.studio.components.compare_slider import Compared, CompareSlider
from animator.studio.gallery.actions import Actions
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.urls import file_url, thumbnail_url
from animator.studio.gallery.words import rank_text
from animator.studio.icon_button import icon_button

_SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif")
"""Suffixes of files that browsers show as images."""
_COMPARED = 2
_LARGEST_THUMBNAIL = 1024
_KEYS = """(event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (event.target.closest("video") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves) emit("step", moves[event.key]);
    else if (/^[0-5]$/.test(event.key)) emit("rank", Number(event.key));
    else if (event.key.toLowerCase() === "f") emit("favorite", 0);
    else if (event.key === "Delete") emit("remove", 0);
    else return;
    event.preventDefault();
}"""


class Lightbox:
    """Shows the current item of a session in full size.

    Args:
        session: The session.
        actions: What its keys do.
    """

    def __init__(self, session: GallerySession, actions: Actions) -> None:
        self._session, self._actions = session, actions
        self._t = t = session.page.t
        with ui.dialog().props("maximized") as self._dialog, ui.element("div").classes("lightbox") as frame:
            frame.props(
                f'role=group tabindex=0 autofocus aria-label="{t("Large view")}" data-testid=lightbox'
            )
            frame.on("keydown", self._press, js_handler=_KEYS)
            with ui.element("div").classes("lightbox-bar"):
                self._title = ui.label().classes("lightbox-title").props("aria-live=polite")
                self._button("chevron_left", t("Previous"), "lightbox-previous", lambda: session.step(-1))
                self._button("chevron_right", t("Next"), "lightbox-next", lambda: session.step(1))
                self._button("close", t("Close"), "lightbox-close", self._close)
            self._stage = ui.element("div").classes("lightbox-stage")
        self._dialog.props["aria-label"] = t("Large view")
        session.on_selection(self._follow)

    def on_close(self, do: Callable[[], None]) -> None:
        """Calls a function when this is closed."""
        self._dialog.on("hide", do, args=[])

    async def open(self, item_id: int) -> None:
        """Shows an item of the page."""
        await self._session.select((item_id,), item_id)
        if self._session.current is not None:
            self._dialog.open()
            await self._follow()

    async def compare(self) -> None:
        """Shows the two selected images on top of each other."""
        chosen = self._session.chosen
        if len(chosen) != _COMPARED:
            return  # chosen otherwise meanwhile
        left, right = (Compared(_image_url(item), item.name) for item in chosen)
        t = self._t
        with self._dialog.client, ui.dialog().props("maximized") as dialog, ui.element("div") as frame:
            frame.classes("lightbox").props(f'role=group aria-label="{t("Compare")}"')
            dialog.props["aria-label"] = t("Compare")
            with ui.element("div").classes("lightbox-bar"):
                ui.label(f"{left.name} | {right.name}").classes("lightbox-title")
                self._button("close", t("Close"), "compare-close", dialog.close)
            with ui.element("div").classes("lightbox-stage"):
                CompareSlider(left, right, t("How much of the left image is shown"))
        dialog.on("hide", dialog.delete, args=[])
        dialog.open()

    def _button(self, icon: str, label: str, test_id: str, do: Callable[[], Awaitable[None] | None]) -> None:
        icon_button(icon, label, do).props(f"data-testid={test_id}")

    async def _close(self) -> None:
        self._dialog.close()

    async def _press(self, event: GenericEventArguments) -> None:
        name, number = event.args
        match name:
            case "step":
                await self._session.step(int(number))
            case "rank":
                await self._actions.rank(int(number))
            case "favorite":
                await self._actions.toggle_favorite()
            case _:
                await self._actions.remove()

    async def _follow(self) -> None:
        """Shows the current item, if this is open."""
        if not self._dialog.value:
            return
        session, item = self._session, self._session.current
        if item is None:
            self._dialog.close()
            return
        position = session.view.first + session.found.items.index(item) + 1
        facts = [item.name, f"{position:,} / {session.found.total:,}"]
        if item.rank:
            facts.append(rank_text(item.rank, self._t))
        if item.favorite:
            facts.append(self._t("Favorite"))
        self._title.set_text(" · ".join(facts))
        self._stage.clear()
        with self._stage:
            _show(item)


def _show(item: GalleryItem) -> None:
    """Shows an item: a film with controls, else an image."""
    if item.kind is Kind.FILM and not item.name.lower().endswith(_SHOWN):
        ui.video(file_url(item), autoplay=True, loop=True).classes("lightbox-film")
        return
    image = ui.element("img").classes("lightbox-image")
    image.props["src"], image.props["alt"] = _image_url(item), item.prompt or item.name


def _image_url(item: GalleryItem) -> str:
    """Returns the URL of an image that browsers show."""
    if item.name.lower().endswith(_SHOWN):
        return file_url(item)
    return thumbnail_url(item, _LARGEST_THUMBNAIL)
