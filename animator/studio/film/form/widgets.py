"""The widgets of settings: one for each way to give a value."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from nicegui import ui

from animator.settings.setting_kinds import Choice, SettingKind
from animator.studio.film.form.spelling import parse, sides_of, size_from, spell
from animator.studio.icon_button import icon_button
from animator.studio.labels import Translate
from animator.studio.written import ABSENT

DEBOUNCE_MS = 150
"""Pause in typing after which a value is taken."""
SIZES = (
    (512, 512),
    (768, 512),
    (512, 768),
    (832, 480),
    (1024, 576),
    (1024, 1024),
    (1280, 720),
    (720, 1280),
    (1920, 1080),
)
"""Widths and heights that are often wanted."""


class Put(Protocol):
    """Takes a value that a person has given; `ABSENT` takes the setting away."""

    def __call__(self, value: Any, *, typed: bool = False) -> Awaitable[None]:
        """Takes it; `typed` as for `FilmDraft.change`."""


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


class Widget(ABC):
    """Shows the value of a setting, and takes another one."""

    def __init__(self, control: Control, put: Put) -> None:
        self.control = control
        self._put = put
        self._is_showing = False

    def show(self, value: Any) -> None:
        """Shows a value, unless a person is typing one."""
        with self._quietly():
            self._show(value)

    @abstractmethod
    def _show(self, value: Any) -> None: ...

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Within the block, a change is none that a person has made."""
        self._is_showing = True
        try:
            yield
        finally:
            self._is_showing = False

    def put(self, value: Any, *, typed: bool = False) -> Awaitable[None] | None:
        """Has a value taken that a person has given."""
        return None if self._is_showing else self._put(value, typed=typed)


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


class TextWidget(Widget):
    """A value as text: numbers, schedules, texts, names, lists of texts."""

    def __init__(self, control: Control, put: Put, kind: SettingKind) -> None:
        super().__init__(control, put)
        self._kind = kind
        self.box = TextBox(control, self._typed)
        if kind in _NUMBERS:
            self.box.element.props("inputmode=decimal")
        if kind in _LONG:
            self.box.as_box()
        if kind in _CODE:
            self.box.element.props('input-class="studio-mono"')
        if kind is SettingKind.LONG_TEXT:
            self.box.element.props("spellcheck=true")

    def _show(self, value: Any) -> None:
        self.box.show(spell(self._kind, value))

    def _typed(self, text: str) -> Awaitable[None] | None:
        return self.put(parse(self._kind, text), typed=True)


_NUMBERS = (SettingKind.WHOLE_NUMBER, SettingKind.NUMBER)
_CODE = (
    SettingKind.SCHEDULE,
    SettingKind.TEXT_SCHEDULE,
    SettingKind.IMAGES_BY_FRAME,
    SettingKind.SCHEDULES_BY_NAME,
    SettingKind.FILES_BY_NAME,
    SettingKind.TIMES_BY_NAME,
    SettingKind.MOVES,
    SettingKind.POINTS_BY_FRAME,
    SettingKind.VALUE,
)
_LONG = (*_CODE, SettingKind.LONG_TEXT, SettingKind.TEXTS, SettingKind.FOLDERS)


class SwitchWidget(Widget):
    """On or off."""

    def __init__(self, control: Control, put: Put) -> None:
        super().__init__(control, put)
        self._switch = ui.switch(on_change=lambda event: self.put(bool(event.value)))
        self._switch.props("dense")
        control.name(self._switch)

    def _show(self, value: Any) -> None:
        self._switch.set_value(value is True)


class ChoiceWidget(Widget):
    """One of several values, or any number of them. A wrong value is shown as it is written."""

    def __init__(
        self, control: Control, put: Put, choices: Sequence[Choice], *, several: bool = False
    ) -> None:
        super().__init__(control, put)
        self._values: dict[str, Any] = {spell(SettingKind.CHOICE, choice): choice for choice in choices}
        self._several = several
        self._select = ui.select(
            self._options(), multiple=several, on_change=lambda event: self._chosen(event.value)
        )
        self._select.props("dense outlined options-dense" + (" use-chips" if several else ""))
        control.name(self._select)

    def _show(self, value: Any) -> None:
        values = value if self._several and isinstance(value, list) else [value]
        keys = [spell(SettingKind.CHOICE, one) for one in values if one is not None]
        unknown = {key: one for key, one in zip(keys, values, strict=False) if key not in self._values}
        if unknown:
            self._values |= unknown
            self._select.set_options(self._options())
        self._select.set_value(keys if self._several else next(iter(keys), None))

    def _options(self) -> dict[str, str]:
        return {key: key for key in self._values}

    def _chosen(self, keys: Any) -> Awaitable[None] | None:
        if self._several:
            return self.put([self._values[key] for key in keys] or ABSENT)
        return self.put(ABSENT if keys is None else self._values[keys])


class SizeWidget(Widget):
    """Width and height, with a button that swaps them and sizes that are often wanted."""

    def __init__(self, control: Control, put: Put) -> None:
        super().__init__(control, put)
        with ui.element("div").classes("form-size"):
            self._width = self._side("width", control.t("Width"))
            ui.label("×").props("aria-hidden=true")
            self._height = self._side("height", control.t("Height"))
            icon_button("swap_horiz", control.t("Swap width and height"), self._swap, is_small=True)
            with icon_button("arrow_drop_down", control.t("Common sizes"), is_small=True), ui.menu():
                for width, height in SIZES:
                    ui.menu_item(f"{width} × {height}", lambda w=width, h=height: self.put([w, h]))

    def _side(self, name: str, title: str) -> TextBox:
        box = TextBox(self.control, lambda _: self._typed(), name)
        box.element.props("inputmode=numeric")
        box.element.props["aria-label"] = f"{self.control.title}: {title}"
        return box

    def _show(self, value: Any) -> None:
        width, height = sides_of(value)
        self._width.show(width)
        self._height.show(height)

    def _typed(self) -> Awaitable[None] | None:
        return self.put(size_from(self._width.text, self._height.text), typed=True)

    def _swap(self) -> Awaitable[None] | None:
        return self.put(size_from(self._height.text, self._width.text))
