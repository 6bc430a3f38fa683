"""The widgets of settings: one for each way to give a value."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from nicegui import ui

from animator.settings.setting_kinds import NUMBERS, Choice, SettingKind
from animator.studio.film.form.spelling import parse, sides_of, size_from, spell
from animator.studio.film.form.text_box import Control, TextBox
from animator.studio.icon_button import icon_button
from animator.studio.written import ABSENT

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


class TextWidget(Widget):
    """A value as text: numbers, schedules, texts, names, lists of texts."""

    def __init__(self, control: Control, put: Put, kind: SettingKind) -> None:
        super().__init__(control, put)
        self._kind = kind
        self.box = TextBox(control, self._typed)
        if kind in NUMBERS:
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


_CODE = (
    SettingKind.SCHEDULE,
    SettingKind.TEXT_SCHEDULE,
    SettingKind.IMAGES_BY_FRAME,
    SettingKind.SCHEDULES_BY_NAME,
    SettingKind.FILES_BY_NAME,
    SettingKind.TIMES_BY_NAME,
    SettingKind.MOVES,
    SettingKind.POINTS_BY_FRAME,
    SettingKind.POINT,
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
