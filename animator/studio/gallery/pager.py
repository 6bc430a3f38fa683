"""The bar above the thumbnails: pages, how many items there are, and sizes."""

from collections.abc import Callable

from nicegui import ui

from animator.studio.gallery.grid import TILE_WIDTHS, Grid
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.view import PAGE_SIZES
from animator.studio.icon_button import icon_button


class Pager:
    """Leads through the pages of a session.

    Args:
        session: The session.
        grid: Its thumbnails.
    """

    def __init__(self, session: GallerySession, grid: Grid) -> None:
        self._session = session
        self._t = session.page.t
        with ui.element("div").classes("gallery-bar"):
            self._pages()
            self._range = ui.label().classes("gallery-range").props("role=status data-testid=gallery-range")
            self._sizes(grid)
        session.on_results(self._show)

    def _pages(self) -> None:
        t = self._t
        with ui.element("nav").classes("gallery-pages").props(f'aria-label="{t("Pages of results")}"'):
            self._back = (
                self._button("first_page", t("First page"), "gallery-first", lambda: 1),
                self._button("chevron_left", t("Previous page"), "gallery-previous", self._before),
            )
            self._number = ui.number(min=1, precision=0)
            self._number.props(f'dense outlined aria-label="{t("Page")}" data-testid=gallery-page')
            self._number.on("keydown.enter", self._jump, args=[]).on("blur", self._reset, args=[])
            self._shown_number = 0
            self._count = ui.label().classes("studio-soft")
            self._forward = (
                self._button("chevron_right", t("Next page"), "gallery-next", self._after),
                self._button("last_page", t("Last page"), "gallery-last", self._last),
            )

    def _button(self, icon: str, label: str, test_id: str, target: Callable[[], int]) -> ui.button:
        button = icon_button(icon, label, lambda: self._session.turn_to(target()))
        return button.props(f"data-testid={test_id}")

    def _sizes(self, grid: Grid) -> None:
        t = self._t
        with ui.element("div").classes("gallery-sizes"):
            self._size = ui.select(list(PAGE_SIZES), value=self._session.view.size, label=t("Per page"))
            self._size.props("dense options-dense borderless data-testid=gallery-page-size")
            self._size.on_value_change(lambda event: self._session.resize(int(event.value)))
            slider = ui.slider(min=TILE_WIDTHS[0], max=TILE_WIDTHS[-1], step=20, value=grid.width)
            slider.props(f'aria-label="{t("Size of thumbnails")}" data-testid=gallery-tile-size')
            slider.on_value_change(lambda event: grid.resize(int(event.value)))

    def _before(self) -> int:
        return self._session.view.number - 1

    def _after(self) -> int:
        return self._session.view.number + 1

    def _last(self) -> int:
        return self._session.view.pages(self._session.found.total)

    async def _jump(self) -> None:
        """Turns to the page of the number field; what is no number leaves the page."""
        if self._number.value is not None:
            await self._session.turn_to(int(self._number.value))
        self._reset()

    def _reset(self) -> None:
        """Shows the number of the page in place of what was typed."""
        self._shown_number = self._session.view.number
        self._number.set_value(self._shown_number)

    def _show(self) -> None:
        view, found = self._session.view, self._session.found
        last = self._last()
        if view.number != self._shown_number:  # else a person may be typing another
            self._reset()
        self._number.max = last
        self._count.set_text(self._t("of {count}").format(count=f"{last:,}"))
        for button in self._back:
            button.set_enabled(view.number > 1)
        for button in self._forward:
            button.set_enabled(view.number < last)
        self._size.set_value(view.size)
        shown = self._t("Items {first}–{last} of {total}") if found.items else ""
        until = view.first + len(found.items)
        self._range.set_text(
            shown.format(first=f"{view.first + 1:,}", last=f"{until:,}", total=f"{found.total:,}")
        )
