"""`Field`: a setting in a form: its title, its widget, what is wrong with it, and help."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import ui

from animator.errors import UserError
from animator.settings.catalog import Setting
from animator.settings.setting_kinds import SettingKind
from animator.studio.film.edits import Edits
from animator.studio.film.form.changes import changed, with_step
from animator.studio.film.form.groups import Place
from animator.studio.film.form.help import show_help
from animator.studio.film.form.state import FieldState, state_of
from animator.studio.film.form.text_box import Control
from animator.studio.film.form.widgets import ChoiceWidget, SizeWidget, SwitchWidget, TextWidget, Widget
from animator.studio.film.session import DraftSession
from animator.studio.icon_button import icon_button
from animator.studio.named_things import has_names
from animator.studio.picker import pick
from animator.studio.written import ABSENT


@dataclass(frozen=True)
class Form:
    """What the fields of a form share.

    Attributes:
        session: The draft.
        edits: Makes the changes.
        show_prompts: Shows the panel of the prompts.
    """

    session: DraftSession
    edits: Edits
    show_prompts: Callable[[], None]


class Field:
    """A setting in a form.

    Args:
        form: The form.
        place: The setting, and where it is written.
        origin: The title of its group, where it is shown outside of it.
        id_prefix: Before the ids for tests, where the setting has a field in the form, too.
    """

    def __init__(self, form: Form, place: Place, origin: str = "", id_prefix: str = "") -> None:
        self._form, self._place = form, place
        self._t = form.session.page.t
        self._state: FieldState | None = None
        self._refusal = ""
        dotted = id_prefix + ".".join(place.path)
        self._row = ui.element("div").classes("form-row").props(f"data-testid=row-{dotted}")
        with self._row:
            self._head(dotted, origin)
            self._widget = self._build(dotted)
            self._needs = ui.label().classes("form-needs")
            self._problem = (
                ui.label().classes("form-problem").props(f"role=alert data-testid=problem-{dotted}")
            )
            self._help = ui.element("div").classes("form-help").props("role=note")
        self._help.set_visibility(False)
        self.show()

    def show(self) -> None:
        """Shows what is known of the setting now."""
        session = self._form.session
        written = session.analysis.written
        if not written.is_readable:
            return
        state = state_of(self._place.setting, self._place.path, session.analysis)
        if self._widget is not None and session.analysis.version == session.draft.version:
            self._widget.show(state.value)
        if state != self._state:
            self._state = state
            self._mark(state)

    def _head(self, dotted: str, origin: str) -> None:
        t, setting = self._t, self._place.setting
        with ui.element("div").classes("form-head"):
            ui.label(t(setting.title)).classes("form-title")
            if origin:
                ui.label(origin).classes("form-origin")
            self._source = ui.label().classes("form-source")
            self._reset = icon_button("restart_alt", t("Reset to the default"), self._remove, is_small=True)
            self._reset.props(f"data-testid=reset-{dotted}")
            self._help_button = icon_button("help_outline", t("Help"), self._toggle_help, is_small=True)
            self._help_button.props(f"aria-expanded=false data-testid=help-{dotted}")
            self._help_button.props["aria-label"] = f"{t('Help')}: {t(setting.title)}"
            self._reset.props["aria-label"] = f"{t('Reset to the default')}: {t(setting.title)}"

    def _build(self, dotted: str) -> Widget | None:
        t, setting = self._t, self._place.setting
        control = Control(t(setting.title), f"setting-{dotted}", self.show, t)
        kind = setting.kind
        if kind is SettingKind.PROMPTS:
            ui.button(t("Edit the prompts"), on_click=self._form.show_prompts).props("outline no-caps dense")
            return None
        if kind is SettingKind.SWITCH:
            return SwitchWidget(control, self._put)
        if kind in (SettingKind.CHOICE, SettingKind.STEP, SettingKind.CHOICES):
            return ChoiceWidget(control, self._put, setting.choices, several=kind is SettingKind.CHOICES)
        if kind is SettingKind.SIZE:
            return SizeWidget(control, self._put)
        widget = TextWidget(control, self._put, kind)
        if has_names(setting):
            with widget.box.element.add_slot("append"):
                pressed = partial(self._pick, setting)
                button = icon_button("folder_open", t("Choose ..."), pressed, is_small=True)
                button.props(f"data-testid=pick-{dotted}")
        return widget

    async def _pick(self, setting: Setting) -> None:
        with self._row:
            await pick(self._form.session.page, setting, self._put)

    def _mark(self, state: FieldState) -> None:
        t = self._t
        self._row.classes(
            add=" ".join(_classes(state)), remove="is-own is-inherited is-wrong is-without-effect"
        )
        self._reset.set_visibility(state.is_own)
        self._source.set_text(t("from the preset it extends") if state.is_inherited else "")
        self._needs.set_text(t("No effect: needs {needs}").format(needs=state.needs) if state.needs else "")
        self._tell(state.problems)

    def _tell(self, problems: tuple[str, ...]) -> None:
        self._problem.set_text("\n".join((*filter(None, [self._refusal]), *problems)))

    async def _put(self, value: Any, *, typed: bool = False) -> None:
        state, setting = self._state, self._place.setting
        written = self._form.session.analysis.written
        if value == "" and setting.default in ("", None) and not written.extends:
            value = ABSENT
        if state is not None and value == state.value and not typed:
            return
        change = with_step if setting.kind is SettingKind.STEP else changed
        await self._edit(
            partial(change, path=self._place.path, value=value, inherited=self._list()), typed=typed
        )

    async def _remove(self) -> None:
        await self._edit(partial(changed, path=self._place.path, value=ABSENT, inherited=self._list()))

    def _list(self) -> Any:
        """Returns the list that the setting is in; `ABSENT` where it is in none."""
        path = self._place.path
        is_item = len(path) > 2
        return self._form.session.analysis.written.value(path[:1]) if is_item else ABSENT

    async def _edit(self, edit: Callable[[str], str], *, typed: bool = False) -> None:
        self._refusal = ""
        try:
            await self._form.edits.make(edit, typed=typed)
        except UserError as error:
            self._refusal = str(error)
        self._tell(self._state.problems if self._state else ())

    async def _toggle_help(self) -> None:
        is_open = not self._help.visible
        self._help.set_visibility(is_open)
        self._help_button.props(f"aria-expanded={str(is_open).lower()}")
        if is_open and not list(self._help):
            with self._help:
                show_help(self._place.setting, self._t)


def _classes(state: FieldState) -> list[str]:
    marks = {
        "is-own": state.is_own,
        "is-inherited": state.is_inherited,
        "is-wrong": bool(state.problems),
        "is-without-effect": bool(state.needs),
    }
    return [name for name, holds in marks.items() if holds]
