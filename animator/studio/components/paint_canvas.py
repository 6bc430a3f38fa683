"""`PaintCanvas`: a canvas to draw on an image: colors, a mask, or room around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from animator.errors import UserError
from animator.studio.labels import Translate

INPUTS = "/studio/inputs"
"""Path of the images that settings name, made ready for the canvas."""
SEND_S = 120.0
"""Time that a browser has to send what is drawn."""
SIDES = ("left", "top", "right", "bottom")
_TEXTS: Mapping[str, str] = {
    "tools": "Drawing tools",
    "open": "Open an image",
    "open_mask": "Open a mask",
    "color": "Color",
    "size": "Size",
    "hardness": "Hardness",
    "canvas": "Canvas",
    "keys": "Arrow keys move the brush, the space bar draws, [ and ] change its size, Ctrl+Z undoes.",
    "brush": "Brush",
    "eraser": "Eraser",
    "fill": "Fill",
    "clear": "Clear",
    "undo": "Undo",
    "redo": "Redo",
    "move": "Move the view",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "fit": "Show all",
    "left": "Room on the left, in pixels",
    "top": "Room above, in pixels",
    "right": "Room on the right, in pixels",
    "bottom": "Room below, in pixels",
    "failed": "The server did not take the file; is it still running?",
}
_MODULES = {"animator-paint": "paint", "animator-sending": "sending"}


@dataclass(frozen=True)
class Drawing:
    """What was drawn, as files of the server.

    Attributes:
        image: Name of the image, with the colors on it; None without one.
        mask: Name of the mask; None where nothing is painted.
    """

    image: str | None
    mask: str | None


class PaintCanvas(Element, component="paint_canvas.js", esm=_MODULES):
    """A canvas to draw on an image: colors, a mask, or room around it.

    The browser keeps what is drawn, and sends it as files when `drawing` asks for it.

    Args:
        t: Translates the texts of the page.
        on_image: Is called with the name of an image that was opened, dropped or pasted.
        on_side: Is called with a side, and the pixels of room beyond it.
    """

    def __init__(
        self, t: Translate, on_image: Callable[[str], None], on_side: Callable[[str, int], None]
    ) -> None:
        super().__init__()
        self.props["texts"] = {name: t(text) for name, text in _TEXTS.items()}

        def opened(event: GenericEventArguments) -> None:
            on_image(str(event.args["name"]))

        def moved(event: GenericEventArguments) -> None:
            side, size = event.args["side"], event.args["size"]
            if side in SIDES and isinstance(size, int):
                on_side(side, size)

        self.on("image", opened)
        self.on("side", moved)

    def show(self, mode: str, image: str, mask: str) -> None:
        """Shows files as settings name them; empty for none. `mode` is the value of an `InputMode`."""
        self._set("mode", mode)
        self._set("image", _url(image))
        self._set("mask", _url(mask))

    def size(self, blank: tuple[int, int], inner: tuple[int, int] | None, margins: Mapping[str, int]) -> None:
        """Sets sizes in pixels.

        Args:
            blank: Width and height of a white canvas, where there is no image.
            inner: Those that the image gets; None for its own.
            margins: Room beyond each side.
        """
        self._set("blank", list(blank))
        self._set("inner", list(inner) if inner else None)
        self._set("margins", dict(margins))

    async def drawing(self) -> Drawing:
        """Has the browser send what is drawn, and returns it.

        Raises:
            UserError: It could not be sent.
            TimeoutError: The browser did not answer.
        """
        sent: dict[str, Any] = await self.run_method("flush", timeout=SEND_S)
        if "error" in sent:
            raise UserError(f"the drawing: {sent['error']}")
        return Drawing(_name(sent.get("image")), _name(sent.get("mask")))

    def _set(self, name: str, value: Any) -> None:
        """Sets a property, which is sent only where it changes."""
        if self.props.get(name) != value:
            self.props[name] = value


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _url(name: str) -> str:
    return f"{INPUTS}?{urlencode({'name': name})}" if name else ""
