"""The dialog in which time, value and easing of a key are typed."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from animator.errors import UserError
from animator.studio.dialogs import cancel_button, dialog_buttons
from animator.studio.film.curves.keys import ShownKey, TimeError, Typed
from animator.studio.labels import Translate
from schedules import ScheduleError
from schedules.easing import EASINGS

DEFAULT = ""
"""The choice of the default easing."""


class KeyEditor:
    """The dialog in which a key is typed. What is wrong is said at its field, and nothing is changed.

    Args:
        t: Translates its texts.
        save: Makes the edit of the key that is open; raises what is wrong with it.
        delete: Deletes the key that is open.
        closed: Called when it is closed without having deleted the key.
    """

    def __init__(
        self,
        t: Translate,
        save: Callable[[Typed], Awaitable[None]],
        delete: Callable[[], Awaitable[None]],
        closed: Callable[[], None],
    ) -> None:
        self._t, self._save, self._delete, self._closed = t, save, delete, closed
        with ui.dialog() as self._dialog, ui.card().classes("studio-dialog curve-dialog"):
            self._title = ui.label().classes("studio-dialog-title studio-mono")
            self._title.props("role=heading aria-level=2")
            self._time = ui.input(t("Time")).props("dense data-testid=key-time")
            self._time.props(f'hint="{t("A frame, or 2s, 8b, 50%, max_f/2")}"')
            self._value = ui.input(t("Value or formula")).props("dense autofocus data-testid=key-value")
            self._text = ui.textarea(t("Text")).props("dense autogrow autofocus data-testid=key-text")
            self._ease = ui.select(easings(t, None), label=t("Easing to the next key")).props(
                "dense options-dense data-testid=key-ease"
            )
            with dialog_buttons().classes("curve-dialog-buttons"):
                ui.button(t("Delete"), on_click=self._on_delete).props(
                    "flat no-caps color=negative data-testid=key-delete"
                )
                cancel_button(self._dialog, t)
                ui.button(t("Save"), on_click=self._on_save).props("unelevated no-caps data-testid=key-save")
        self._dialog.on("hide", lambda: self._closed())
        self._value.on("keydown.enter.prevent", self._on_save)
        self._time.on("keydown.enter.prevent", self._on_save)
        self._is_text = False

    def open(self, path: str, key: ShownKey, *, is_text: bool) -> None:
        """Shows a key."""
        self._is_text = is_text
        self._title.set_text(path)
        self._dialog.props["aria-label"] = path
        self._time.set_value(key.time)
        (self._text if is_text else self._value).set_value(key.text)
        self._ease.set_options(easings(self._t, key.ease), value=key.ease or DEFAULT)
        self._text.set_visibility(is_text)
        self._value.set_visibility(not is_text)
        self._ease.set_visibility(not is_text)
        self._forget_errors()
        self._dialog.open()

    async def _on_save(self) -> None:
        self._forget_errors()
        content = self._text if self._is_text else self._value
        typed = Typed(str(self._time.value or ""), str(content.value or ""), self._ease.value or None)
        try:
            await self._save(typed)
        except TimeError as error:
            self._time.error = str(error)
        except (UserError, ScheduleError) as error:
            content.error = str(error)
        else:
            self._dialog.close()

    async def _on_delete(self) -> None:
        self._dialog.close()
        await self._delete()

    def _forget_errors(self) -> None:
        for field in (self._time, self._value, self._text):
            field.error = None


def easings(t: Translate, current: str | None) -> dict[str, str]:
    """Returns the easings to choose from, by their names; also the current one."""
    names = dict.fromkeys([*EASINGS, *([current] if current else [])])
    return {DEFAULT: t("Default"), **{name: name for name in names}}
