"""Fields of settings: each shows one, changes it, and has its problem below it."""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.value_element import ValueElement

from animator.settings.catalog import Setting
from animator.settings.setting_kinds import NUMBERS, SettingKind
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.image_values import value_at
from animator.studio.generate.session import ImageSession
from animator.studio.generate.setting_text import read_numbers, read_value, shown_value
from animator.studio.icon_button import icon_button
from animator.studio.named_things import SENT
from animator.studio.picker import pick

_LONG = ("prompt", "prompts", "template")
"""How the names of settings end whose texts may be long."""
_LINES = "prompts"
"""Name of settings with one text in a line."""


class SettingField:
    """A field of one setting.

    Args:
        session: The settings.
        path: Its path, such as `hires.scale`.
        setting: Its description.
        known: Values that are suggested, such as names of models.
    """

    def __init__(self, session: ImageSession, path: str, setting: Setting, known: Sequence[str] = ()) -> None:
        self._session = session
        self._path = path
        self._setting = setting
        self._kind = setting.kind
        t = session.page.t
        self._element = self._build(t(setting.title), known)
        test_id = f"{session.kind.name}-{re.sub('[._]', '-', path)}"
        self._element.classes("generate-field").props["data-testid"] = test_id
        hint = t(setting.description)
        if self._kind is SettingKind.SWITCH:
            self._element.tooltip(hint)
        else:
            self._element.props["hint"] = hint
            self._element.props("hide-hint stack-label dense outlined")
        session.watch(self._element, self.show)

    @property
    def element(self) -> ValueElement[Any]:
        """The element of the page."""
        return self._element

    def show(self, analysis: ImageAnalysis) -> None:
        """Shows the setting, and its problem."""
        value = value_at(analysis.values, self._path)
        self._element.set_value(self._shown(value))
        if value is None and self._path in self._session.kind.filled and analysis.settings is not None:
            text = shown_value(self._kind, attrgetter(self._path)(analysis.settings))
            set_prop(self._element, "placeholder", text)
        show_problem(self._element, analysis.problem_of(self._path))

    def _build(self, title: str, known: Sequence[str]) -> ValueElement[Any]:
        if self._kind is SettingKind.SWITCH:
            return ui.switch(title, on_change=lambda event: self._changed(event.value))
        if self._kind is SettingKind.CHOICE:
            choices = {choice: _label(choice) for choice in self._setting.choices}
            return ui.select(choices, label=title, on_change=lambda event: self._changed(event.value))
        is_long = self._setting.name.endswith(_LONG)
        make = ui.textarea if is_long else ui.input
        field = make(title, on_change=lambda event: self._changed(self._read(event.value or "")))
        if is_long:
            field.props("autogrow")
        if self._kind in NUMBERS:
            field.props("inputmode=decimal autocomplete=off")
        if known:
            suggest(field, known)
        if self._kind in SENT:
            with field.add_slot("append"):
                choose = icon_button(
                    "folder_open", self._session.page.t("Choose ..."), self._pick, is_small=True
                )
                choose.props(f"data-testid=pick-{self._path}")
        default = shown_value(self._kind, self._setting.default)
        is_filled = self._path in self._session.kind.filled
        is_open = is_filled or (self._setting.default is None and not self._setting.is_required)
        field.props["placeholder"] = self._session.page.t("automatic") if is_open else default
        return field

    async def _pick(self) -> None:
        async def chosen(name: str) -> None:
            self._session.change({self._path: name})

        await pick(self._session.page, self._setting, chosen)

    def _shown(self, value: Any) -> Any:
        if self._kind is SettingKind.SWITCH:
            return value if isinstance(value, bool) else bool(self._setting.default)
        if self._kind is SettingKind.CHOICE:
            return self._setting.default if value is None else value
        if self._setting.name == _LINES and isinstance(value, list):
            return "\n".join(map(str, value))
        return shown_value(self._kind, value)

    def _read(self, text: str) -> Any:
        if self._setting.name == _LINES:
            return [line for line in text.split("\n") if line.strip()] or None
        if self._kind is SettingKind.VALUE and isinstance(self._setting.default, list):
            return read_numbers(text)
        return read_value(self._kind, text)

    def _changed(self, value: Any) -> None:
        current = value_at(self._session.values, self._path)
        is_default = value == self._setting.default and self._kind in (SettingKind.SWITCH, SettingKind.CHOICE)
        wanted = None if is_default else value
        if self._shown(current) != self._shown(wanted):
            self._session.change({self._path: wanted}, typed=True)


def show_problem(element: Element, problem: str) -> None:
    """Shows a problem below a field; empty for none."""
    set_prop(element, "error", problem != "")
    set_prop(element, "error-message", problem)


def set_prop(element: Element, name: str, value: Any) -> None:
    """Sets a property of an element, which is sent only where it changes."""
    if element.props.get(name) != value:
        element.props[name] = value


def suggest(field: ui.input, known: Sequence[str]) -> None:
    """Has the browser suggest values in a field, which takes others, too."""
    with ui.element("datalist").props(f"id={field.html_id}-datalist"):
        for name in known:
            ui.element("option").props["value"] = name


def _label(choice: object) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)
