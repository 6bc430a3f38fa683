"""`GallerySession`: what a gallery page shows and what is selected on it, and the panels that are told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from nicegui import ui

from animator.errors import AnimatorError
from animator.gallery.gallery import Gallery
from animator.gallery.item import GalleryItem, GalleryPage
from animator.studio.gallery.view import GalleryView, url_of
from animator.studio.shell import Page

ResultPanel = Callable[[], None]
"""Shows something of the results; is called whenever they, or the view, have changed."""
SelectionPanel = Callable[[], Awaitable[None]]
"""Shows something of the selection; is called whenever it has changed."""


class GallerySession:
    """What a gallery page shows and what is selected on it.

    What changes the view does so before it returns, so that the controls and the view never differ; what it
    returns finds the items.

    Attributes:
        page: The page.
        gallery: The gallery.
        view: What is shown.
        found: What the gallery has for it.
        problem: Why it cannot be found; empty while all is well.
        selected: The numbers of the selected items.
        all_selected: True while everything that the query finds is selected, on other pages too.
        current: The item from which keys move, and which is shown in full size; None for none.
        news: How many items are new since, and not shown; None if the shown ones are as they are now.
    """

    def __init__(self, page: Page, gallery: Gallery, view: GalleryView) -> None:
        self.page = page
        self.gallery = gallery
        self.view = view
        self.found = GalleryPage((), 0)
        self.problem = ""
        self.selected: tuple[int, ...] = ()
        self.all_selected = False
        self.current: GalleryItem | None = None
        self.news: int | None = None
        self._client = ui.context.client
        self._version = -1
        self._searches = 0
        self._typed = False
        self._result_panels: list[ResultPanel] = []
        self._selection_panels: list[SelectionPanel] = []

    def on_results(self, panel: ResultPanel) -> None:
        """Has a panel show the results."""
        self._result_panels.append(panel)

    def on_selection(self, panel: SelectionPanel) -> None:
        """Has a panel show the selection."""
        self._selection_panels.append(panel)

    def filter(self, *, typed: bool = False, **changes: Any) -> Awaitable[None]:
        """Finds something else, and shows its first page.

        Args:
            typed: It is being typed: what is typed in one go is one step in the browser's history.
            changes: Attributes of the query.
        """
        query = replace(self.view.query, **changes)
        if query == self.view.query:
            return self._stay()
        searching = self._go(replace(self.view, query=query, number=1), replaces=typed and self._typed)
        self._typed = typed
        return searching

    def turn_to(self, number: int) -> Awaitable[None]:
        """Shows another page; the nearest there is."""
        number = min(max(1, number), self.view.pages(self.found.total))
        return self._go(replace(self.view, number=number)) if number != self.view.number else self._stay()

    def resize(self, size: int) -> Awaitable[None]:
        """Shows so many items on a page, those about the first one that is shown now."""
        if size == self.view.size:
            return self._stay()
        return self._go(replace(self.view, size=size, number=self.view.first // size + 1))

    def open(self, view: GalleryView, choose: int | None = None) -> Awaitable[None]:
        """Shows a view, without a change to the browser's history.

        Args:
            view: The view.
            choose: Place of the item on its page that is selected; None for none.
        """
        self.view, self._typed = view, False
        self.selected, self.current, self.all_selected = (), None, False
        return self.refresh(choose)

    async def refresh(self, choose: int | None = None) -> None:
        """Finds the items of the view again, and shows them; what is selected stays so where it is shown.

        Args:
            choose: Place of the item that is selected where the current one is gone; None for its place.
        """
        self._searches += 1
        search, view = self._searches, self.view
        found, problem, version = await self._search(view)
        if search != self._searches:
            return  # a later search is on its way
        self.news = None
        self._version = version
        last = view.pages(found.total)
        if view.number > last and not problem:
            self.view = replace(view, number=last)
            await self.refresh(choose)
            return
        place = self._position() if choose is None else choose
        self.found, self.problem = found, problem
        self._keep_selection(place)
        for panel in self._result_panels:
            panel()
        await self._tell_selection()

    async def look(self) -> None:
        """Tells the panels if there is something new in the gallery; never moves what a person looks at."""
        try:
            version = await self.page.studio.run(self.gallery.version)
        except AnimatorError:
            return  # the next search says why
        if version == self._version or self.problem:
            return
        search = self._searches
        found, problem, version = await self._search(self.view)
        if search != self._searches or problem:
            return
        self._version = version
        shown = [item.id for item in self.found.items]
        if not shown or shown == [item.id for item in found.items]:
            await self.refresh()
            return
        self.news = max(0, found.total - self.found.total)
        for panel in self._result_panels:
            panel()

    async def select(self, ids: tuple[int, ...], current: int) -> None:
        """Selects items of the page; the current one is where keys move from."""
        shown = {item.id for item in self.found.items}
        await self._select(tuple(item_id for item_id in ids if item_id in shown), self._item(current))

    async def select_page(self) -> None:
        """Selects all items of the page."""
        await self._select(tuple(item.id for item in self.found.items), self.current)

    async def select_all(self) -> None:
        """Selects everything that the query finds."""
        self.selected = tuple(item.id for item in self.found.items)
        self.all_selected = True
        await self._tell_selection()

    async def targets(self) -> tuple[int, ...]:
        """Returns the numbers of the selected items, those on other pages included.

        Raises:
            AnimatorError: They cannot be found.
        """
        if not self.all_selected:
            return self.selected
        return tuple(await self.page.studio.run(self.gallery.find_all, self.view.query))

    @property
    def chosen(self) -> tuple[GalleryItem, ...]:
        """The selected items of the page, in its order."""
        return tuple(item for item in self.found.items if item.id in self.selected)

    @property
    def count(self) -> int:
        """How many items are selected."""
        return self.found.total if self.all_selected else len(self.selected)

    async def step(self, by: int) -> None:
        """Makes the next item the current and only selected one, on the next page if need be."""
        position = self._position()
        if position is None:
            return
        number, place = divmod(self.view.first + position + by, self.view.size)
        if number + 1 != self.view.number:
            if 0 <= number < self.view.pages(self.found.total):
                await self._go(replace(self.view, number=number + 1), choose=place)
        elif place < len(self.found.items):
            item_id = self.found.items[place].id
            await self.select((item_id,), item_id)

    async def _stay(self) -> None:
        """Shows what is shown already."""

    def _go(self, view: GalleryView, *, replaces: bool = False, choose: int | None = None) -> Awaitable[None]:
        write = ui.navigate.history.replace if replaces else ui.navigate.history.push
        with self._client:  # what asked for it may be gone from the page
            write(url_of(view))
        return self.open(view, choose)

    async def _search(self, view: GalleryView) -> tuple[GalleryPage, str, int]:
        """Returns what a view has, why it has nothing, and the version of the gallery before."""

        def work() -> tuple[GalleryPage, int]:
            version = self.gallery.version()
            return self.gallery.search(view.query, view.first, view.size), version

        try:
            found, version = await self.page.studio.run(work)
        except AnimatorError as error:
            return GalleryPage((), 0), str(error), -1
        return found, "", version

    def _position(self) -> int | None:
        """Returns where the current item is on the page."""
        ids = [item.id for item in self.found.items]
        return ids.index(self.current.id) if self.current and self.current.id in ids else None

    def _keep_selection(self, was_at: int | None) -> None:
        """Keeps what is still shown selected; where the current item is gone, takes the one in its place."""
        ids = {item.id for item in self.found.items}
        self.selected = tuple(item_id for item_id in self.selected if item_id in ids)
        self.all_selected = False
        current = self._item(self.current.id) if self.current else None
        if current is None and was_at is not None and self.found.items:
            current = self.found.items[min(was_at, len(self.found.items) - 1)]
            self.selected = (current.id,)
        self.current = current

    def _item(self, item_id: int) -> GalleryItem | None:
        return next((item for item in self.found.items if item.id == item_id), None)

    async def _select(self, ids: tuple[int, ...], current: GalleryItem | None) -> None:
        self.selected, self.current, self.all_selected = ids, current, False
        await self._tell_selection()

    async def _tell_selection(self) -> None:
        for panel in self._selection_panels:
            await panel()
