"""The settings as text, and settings read from a text or a file."""

from typing import Any

from nicegui import ui

from animator.studio.components.drop_zone import DropZone
from animator.studio.generate.files import settings_of_file, settings_of_text
from animator.studio.generate.image_values import text_of, values_in
from animator.studio.generate.session import ImageSession
from animator.studio.generate.yaml_text_area import YamlTextArea
from animator.studio.telling import telling


class TextPanel:
    """The settings as YAML, which can be edited, and ways to take over others.

    Args:
        session: The settings.
    """

    def __init__(self, session: ImageSession) -> None:
        self._session = session
        t = self._t = session.page.t
        YamlTextArea(session)
        self._pasted = ui.textarea(t("Paste an infotext or YAML"))
        self._pasted.props("stack-label outlined autogrow spellcheck=false")
        self._pasted.props("data-testid=generate-paste").classes("studio-mono generate-field")
        with ui.element("div").classes("generate-actions"):
            take = ui.button(t("Use these settings"), icon="playlist_add_check", on_click=self._take_text)
            take.props("flat no-caps data-testid=generate-take")
        DropZone(t, t("Drop an image here, or choose one, to read its settings"), self._take_file).props(
            "data-testid=generate-drop"
        )

    async def _take_text(self) -> None:
        text = self._pasted.value or ""
        if not text.strip():
            return
        with telling(self._t):
            values = values_in(text)
            if values is not None:
                self._session.replace(text_of(values))
            else:
                self._take(*await self._session.page.studio.run(settings_of_text, text))
            self._pasted.set_value("")

    async def _take_file(self, sha256: str) -> None:
        studio = self._session.page.studio
        with telling(self._t):
            path = (await studio.run(studio.server.uploads.find, sha256)).path
            self._take(*await studio.run(settings_of_file, path))

    def _take(self, values: Any, notes: tuple[str, ...]) -> None:
        self._session.replace(text_of(values))
        ui.notify(self._t("These settings are used now."), type="positive")
        for note in notes:
            ui.notify(note, multi_line=True, close_button=True)
