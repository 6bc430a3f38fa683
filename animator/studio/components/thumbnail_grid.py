"""`ThumbnailGrid`: thumbnails of which one is current and several can be selected, by pointer or keyboard."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments


@dataclass(frozen=True)
class Tile:
    """A thumbnail.

    Attributes:
        id: Number of what it shows.
        name: Its name.
        place: Where it is, in short.
        path: Where it is, in full.
        label: What a screen reader says.
        source: URL of the image.
        rank: 0 to 5.
        favorite: True for a favorite.
        is_film: True for a film.
    """

    id: int
    name: str
    place: str
    path: str
    label: str
    source: str
    rank: int
    favorite: bool
    is_film: bool


class ThumbnailGrid(Element, component="thumbnail_grid.js"):
    """Thumbnails in a grid.

    Arrow keys, Home and End move, with Shift they select; Space selects, Ctrl+A all, Escape none. Other keys
    are asked for by events: `open` (Enter or a double click), `rank` (0 to 5), `favorite` (F), `remove`
    (Delete), `turn` (page keys; 1 or -1).

    Args:
        label: Name of the grid for screen readers.
        no_image: What is shown in place of an image that cannot be loaded.
    """

    def __init__(self, label: str, no_image: str) -> None:
        super().__init__()
        self._selection: dict[str, Any] = {"ids": [], "current": 0, "changes": 0}
        self._props.update(label=label, no_image=no_image, items=[], tile=180, selection=self._selection)

    def on_selection(self, handler: Callable[[tuple[int, ...], int], Awaitable[None]]) -> None:
        """Calls a function with the selected numbers and the current one, when a person changes them."""

        async def changed(event: GenericEventArguments) -> None:
            self._selection = {name: event.args[name] for name in ("ids", "current", "changes")}
            with self._props.suspend_updates():  # the browser has it already
                self._props["selection"] = self._selection
            await handler(tuple(map(int, self._selection["ids"])), int(self._selection["current"]))

        self.on("selection", changed)

    def on_number(self, event: str, handler: Callable[[int], Awaitable[Any]]) -> None:
        """Calls a function with the number of an event: `open`, `rank` or `turn`."""

        async def happened(arguments: GenericEventArguments) -> None:
            await handler(int(arguments.args))

        self.on(event, happened)

    def show(self, tiles: Sequence[Tile]) -> None:
        """Shows other thumbnails."""
        self._props["items"] = [asdict(tile) for tile in tiles]

    def select(self, ids: Sequence[int], current: int) -> None:
        """Selects thumbnails, and makes one the current; 0 for none."""
        selection = {**self._selection, "ids": list(ids), "current": current}
        if selection != self._selection:
            self._props["selection"] = self._selection = selection

    def focus(self) -> None:
        """Moves the focus to the current thumbnail."""
        self.run_method("focus_current")

    def resize(self, width: int) -> None:
        """Shows thumbnails in another width, in pixels."""
        self._props["tile"] = width
