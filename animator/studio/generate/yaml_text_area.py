"""`YamlTextArea`: all settings of a form as YAML, which can be edited, with undo and redo."""

from nicegui import ui

from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.session import ImageSession


class YamlTextArea:
    """All settings as YAML, which can be edited.

    Args:
        session: The settings.
    """

    def __init__(self, session: ImageSession) -> None:
        self._session = session
        t = session.page.t
        self._yaml = ui.textarea(t("Settings as YAML"), on_change=lambda event: self._edit(event.value or ""))
        self._yaml.props("stack-label outlined autogrow spellcheck=false")
        self._yaml.props(f"data-testid={session.kind.name}-text").classes("studio-mono generate-field")
        with ui.element("div").classes("generate-actions"):
            self._undo = ui.button(t("Undo"), icon="undo", on_click=session.undo)
            self._redo = ui.button(t("Redo"), icon="redo", on_click=session.redo)
            for button in (self._undo, self._redo):
                button.props("flat dense no-caps")
        session.watch(self._yaml, self._show)

    def _edit(self, text: str) -> None:
        self._session.replace(text, typed=True)

    def _show(self, _: ImageAnalysis) -> None:
        draft = self._session.draft
        self._yaml.set_value(draft.text)
        self._undo.set_enabled(draft.can_undo)
        self._redo.set_enabled(draft.can_redo)
