"""The bar above the film: its name, where it is from, what can be done with it as a whole."""

from nicegui import ui

from animator.studio.analysis import Analysis
from animator.studio.components.undo_keys import UndoKeys
from animator.studio.film.examples import example_picker
from animator.studio.film.film_menu import film_menu
from animator.studio.film.opened import open_button, opened_notes
from animator.studio.film.recent import recent_button
from animator.studio.film.session import DraftSession, open_in_film_page
from animator.studio.icon_button import icon_button
from animator.studio.telling import telling

_STARTING = "name: film\nframes: 48\nfps: 12\nprompts:\n  0: a lake at dawn, mist, mountains\n"
"""What a new film begins as: the least that shows something, and a prompt to write over."""


async def source_bar(session: DraftSession) -> None:
    """Builds the bar."""
    with ui.element("div").classes("film-bar"):
        _title(session)
        _undo_buttons(session)
        film_menu(session)
    with ui.element("div").classes("film-bar"):
        await example_picker(session)
        _new_button(session)
        open_button(session)
        recent_button(session)
    _warnings(session)
    opened_notes(session)


def _title(session: DraftSession) -> None:
    with ui.element("h1").classes("film-title"):
        title = ui.label(session.page.t("Film"))

    def show(analysis: Analysis) -> None:
        if analysis.film is not None:
            title.set_text(analysis.film.name)

    session.watch(show)


def _undo_buttons(session: DraftSession) -> None:
    t, draft = session.page.t, session.draft
    undo = icon_button("undo", t("Undo (Ctrl+Z)"), draft.undo).props("data-testid=undo")
    redo = icon_button("redo", t("Redo (Ctrl+Shift+Z)"), draft.redo).props("data-testid=redo")
    UndoKeys(draft.undo, draft.redo)

    def show(_: Analysis) -> None:
        undo.set_enabled(draft.can_undo)
        redo.set_enabled(draft.can_redo)

    session.watch(show)


def _new_button(session: DraftSession) -> None:
    async def begin() -> None:
        with telling(session.page.t):
            ui.navigate.to(await open_in_film_page(session.page.studio, _STARTING))

    button = ui.button(session.page.t("New"), icon="add", on_click=begin)
    button.props("outline no-caps data-testid=new-film")


def _warnings(session: DraftSession) -> None:
    """Builds what a person has to know of the draft: that it is deleted, not kept, or not the wanted one."""
    t, draft = session.page.t, session.draft
    warning = ui.label().classes("film-unkept").props("role=alert data-testid=unkept")

    def show() -> None:
        deleted = t("This film was deleted; it is kept again as soon as you change something.")
        texts = (session.missing, deleted if draft.is_deleted else draft.unkept)
        text = "\n".join(filter(None, texts))
        warning.set_text(text)
        warning.set_visibility(bool(text))

    session.watch_state(show)
