"""What can be done with the film as a whole: rename, duplicate, download, copy, delete."""

from dataclasses import replace

from nicegui import ui

from animator.presets.clip import resolve_clip_placeholders
from animator.presets.deforum.exporting import Exported, export_settings
from animator.presets.edit import set_value
from animator.presets.from_prompt import name_of
from animator.presets.plain import TEXT
from animator.presets.raw import parse, with_base
from animator.settings.validate import validate
from animator.studio.dialogs import answer_to, cancel_button, dialog_buttons, titled_dialog
from animator.studio.drafts import Opened
from animator.studio.film.recent import delete_draft
from animator.studio.film.session import DraftSession, open_in_film_page
from animator.studio.icon_button import icon_button
from animator.studio.telling import copy_text, telling


def film_menu(session: DraftSession) -> None:
    """Builds the menu of what can be done with the film as a whole."""
    t = session.page.t
    menu = _FilmMenu(session)
    with icon_button("more_vert", t("More for this film")).props("data-testid=film-menu"), ui.menu():
        for text, do in (
            (t("Rename ..."), menu.rename),
            (t("Duplicate"), menu.duplicate),
            (t("Copy the text"), menu.copy),
            (t("Download as YAML"), menu.download),
            (t("Download as Deforum settings"), menu.download_deforum),
            (t("Delete ..."), menu.delete),
        ):
            ui.menu_item(text, do).props("role=menuitem")


def deforum_settings(text: str) -> Exported:
    """Returns the film of a preset as Deforum's settings, with notes on what Deforum does differently.

    Raises:
        PresetError: With every problem of the preset.
    """
    draft = with_base(parse(text, TEXT))
    return export_settings(validate(replace(draft, values=resolve_clip_placeholders(draft.values))))


class _FilmMenu:
    """The actions of the menu."""

    def __init__(self, session: DraftSession) -> None:
        self._session = session
        self._t = session.page.t

    @property
    def _name(self) -> str:
        film = self._session.analysis.film
        return film.name if film else self._session.draft.id

    async def rename(self) -> None:
        with titled_dialog(self._t("Name of the film")) as dialog:
            name = ui.input(value=self._name)
            name.props["aria-label"] = self._t("Name of the film")
            name.props("outlined autofocus data-testid=film-name").on(
                "keydown.enter", lambda: dialog.submit(name.value)
            )
            with dialog_buttons():
                cancel_button(dialog, self._t)
                ui.button(self._t("Rename"), on_click=lambda: dialog.submit(name.value)).props(
                    "unelevated no-caps data-testid=confirm"
                )
        answer = await answer_to(dialog)
        if answer is not None:
            with telling(self._t):
                self._session.edit(set_value(self._session.draft.text, ("name",), str(answer)))

    async def duplicate(self) -> None:
        opened = Opened(self._t("a copy of {name}").format(name=self._name))
        with telling(self._t):
            url = await open_in_film_page(self._session.page.studio, self._session.draft.text, opened)
            ui.navigate.to(url)

    def copy(self) -> None:
        copy_text(self._session.draft.text, self._t)

    def download(self) -> None:
        ui.download.content(self._session.draft.text, f"{name_of(self._name)}.yaml", "application/yaml")

    async def download_deforum(self) -> None:
        with telling(self._t):
            exported = await self._session.page.studio.run(deforum_settings, self._session.draft.text)
            ui.download.content(exported.text, f"{name_of(self._name)}_settings.txt", "application/json")
            await self._tell_differences(exported)

    async def _tell_differences(self, exported: Exported) -> None:
        """Says what Deforum will do differently, if anything."""
        if not exported.notes:
            return
        with titled_dialog(self._t("What Deforum will do differently")) as dialog:
            with ui.element("ul").classes("film-opened-notes"):
                for note in exported.notes:
                    with ui.element("li"):
                        ui.label(f"{note.effect.value}: {note}").classes("studio-wrap")
            ui.button(self._t("Close"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
        await answer_to(dialog)

    async def delete(self) -> None:
        if await delete_draft(self._session, self._session.draft.id, self._name):
            ui.navigate.to("/")
