"""`UndoKeys`: the keys for undo and redo, wherever on the page no text is typed."""

from collections.abc import Callable

from nicegui.element import Element


class UndoKeys(Element, component="undo_keys.js"):
    """The keys for undo and redo, wherever on the page no text is typed."""

    def __init__(self, undo: Callable[[], None], redo: Callable[[], None]) -> None:
        super().__init__()
        self.on("undo", undo, [])
        self.on("redo", redo, [])
