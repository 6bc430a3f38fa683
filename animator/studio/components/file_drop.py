"""`FileDrop`: a button and the whole page as places for files, which are sent to the server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments


@dataclass(frozen=True)
class SentFile:
    """A file that the server has.

    Attributes:
        sha256: Its hash, by which `Uploads` finds it.
        name: Its name where it comes from.
    """

    sha256: str
    name: str


class FileDrop(Element, component="file_drop.js", esm={"animator-sending": "sending"}):
    """A button and the whole page as places for files, which are sent to the server.

    Args:
        label: Text of the button.
        invitation: Shown while a file is dragged over the page.
        accept: Suffixes that the browser offers first, such as `.png,.yaml`.
        testid: Id of the input for tests.
        failed: What is said where the connection breaks off.
    """

    def __init__(self, *, label: str, invitation: str, accept: str, testid: str, failed: str) -> None:
        super().__init__()
        texts = {
            "label": label,
            "invitation": invitation,
            "accept": accept,
            "testid": testid,
            "failed": failed,
        }
        self._props.update(texts)

    def on_sent(self, take: Callable[[SentFile], Awaitable[None]]) -> None:
        """Calls a function with each file that has arrived."""

        async def arrived(event: GenericEventArguments) -> None:
            await take(SentFile(str(event.args["sha256"]), str(event.args["name"])))

        self.on("sent", arrived)

    def on_unsent(self, tell: Callable[[str], None]) -> None:
        """Calls a function with the reason why a file has not arrived."""
        self.on("unsent", lambda event: tell(f"{event.args['name']}: {event.args['message']}"))
