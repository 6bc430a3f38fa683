"""`DropZone`: a place to drop or choose a file, which is stored on the server."""

from collections.abc import Awaitable, Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from animator.studio.labels import Translate

OnFile = Callable[[str], Awaitable[None]]
"""Takes the hash of a file."""


class DropZone(Element, component="drop_zone.js", esm={"animator-sending": "sending"}):
    """A place to drop or choose a file, which the browser stores on the server.

    Args:
        t: Translates the texts of the page.
        text: What it is for.
        on_file: Is called with the hash of a file that was stored.
        accept: The files that a person is offered, as in HTML.
    """

    def __init__(self, t: Translate, text: str, on_file: OnFile, accept: str = "image/*,.txt") -> None:
        super().__init__()
        self.props["text"], self.props["accept"] = text, accept
        self.props["failed"] = t("The server did not take the file; is it still running?")

        async def stored(event: GenericEventArguments) -> None:
            await on_file(str(event.args["sha256"]))

        self.on("file", stored)
