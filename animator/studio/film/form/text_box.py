"""`TextBox`: a text that is typed, which nothing overwrites meanwhile; `Control`: what it is called."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from animator.studio.labels import Translate

DEBOUNCE_MS = 150
"""Pause in typing after which a value is taken."""


@dataclass(frozen=True)
class Control:
    """What a widget is for.

    Attributes:
        title: Its name for screen readers.
        test_id: The id by which tests find it.
        left: Called when a person leaves it.
        t: Translates texts.
    """

    title: str
    test_id: str
    left: Callable[[], None]
    t: Translate

    def name(self, element: ui.element, more: str = "") -> None:
        """Gives an element the name and the id; `more` is added to both, for one of several."""
        title = f"{self.title}: {more}" if more else self.title
        suffix = f"-{more}" if more else ""
        element.props["aria-label"] = title
        element.props["data-testid"] = f"{self.test_id}{suffix}"


class TextBox:
    """A line or a box of text: what is typed in it is not overwritten while a person is in it."""

    def __init__(
        self, control: Control, changed: Callable[[str], Awaitable[None] | None], more: str = ""
    ) -> None:
        self.is_focused = False
        self._pending = 0
        self._control = control
        self._changed = changed
        self.element = ui.input(on_change=lambda event: self._typed(event.value or ""))
        self.element.props(f"dense outlined debounce={DEBOUNCE_MS} autocomplete=off spellcheck=false")
        control.name(self.element, more)
        self.element.on("focus", self._focus, [])
        self.element.on("blur", self._leave, [])

    @property
    def text(self) -> str:
        """What is typed."""
        return self.element.value or ""

    def show(self, text: str) -> None:
        """Shows a text, unless a person is typing, or what was typed is not in the film yet."""
        if not self.is_focused and not self._pending and self.text != text:
            self.element.set_value(text)

    def as_box(self) -> "TextBox":
        """Lets the text have several lines."""
        self.element.props("type=textarea autogrow")
        return self

    def _typed(self, text: str) -> Awaitable[None] | None:
        taken = self._changed(text)
        if taken is None:
            return None
        return self._wait(taken)

    def _wait(self, taken: Awaitable[None]) -> Awaitable[None]:
        self._pending += 1  # now, not when the task begins: the person may leave before
        return self._finish(taken)

    async def _finish(self, taken: Awaitable[None]) -> None:
        try:
            await taken
        finally:
            self._pending -= 1
        if not self.is_focused:
            self._control.left()

    def _focus(self) -> None:
        self.is_focused = True

    def _leave(self) -> Awaitable[None] | None:
        self.is_focused = False
        self._control.left()
        return None
