"""`DropZone`: a place to drop or choose a file, which is stored on the server."""

from collections.abc import Awaitable, Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments


class DropZone(Element, component="drop_zone.js", esm={"animator-paint": "paint"}):
    """A place to drop or choose a file, which the browser stores on the server.

    Args:
        text: What it is for.
        on_file: Is called with the hash of a file that was stored.
        accept: The files that a person is offered, as in HTML.
    """

    def __init__(
        self, text: str, on_file: Callable[[str], Awaitable[None]], accept: str = "image/*,.txt"
    ) -> None:
        super().__init__()
        self.props["text"], self.props["accept"] = text, accept

        async def stored(event: GenericEventArguments) -> None:
            await on_file(str(event.args["sha256"]))

        self.on("file", stored)
