"""Puts other settings into the film that a page shows, or into a new one, as the person decides."""

from enum import Enum

from nicegui import ui

from animator.studio.dialogs import answer_to, cancel_button, dialog_buttons, titled_dialog
from animator.studio.film.opening import Found
from animator.studio.film.session import DraftSession, open_in_film_page
from animator.studio.labels import Translate


class _Answer(str, Enum):
    """What becomes of the film that is shown."""

    REPLACE = "replace"
    NEW = "new"


async def take(session: DraftSession, found: Found) -> None:
    """Puts settings into the film; asks first if a person has worked on what is there.

    Raises:
        UserError: A new film cannot be kept.
    """
    draft = session.draft
    answer = await _ask(session.page.t) if draft.has_own_work else _Answer.REPLACE
    if answer is _Answer.REPLACE:
        draft.take(found.text, found.opened)
    elif answer is _Answer.NEW:
        ui.navigate.to(await open_in_film_page(session.page.studio, found.text, found.opened))


async def _ask(t: Translate) -> _Answer | None:
    with titled_dialog(t("You have changed this film. What should become of it?")) as dialog:
        with dialog_buttons():
            cancel_button(dialog, t)
            ui.button(t("Begin a new film"), on_click=lambda: dialog.submit(_Answer.NEW)).props(
                "outline no-caps data-testid=begin-new"
            )
            ui.button(t("Replace it"), on_click=lambda: dialog.submit(_Answer.REPLACE)).props(
                "unelevated no-caps data-testid=replace"
            )
        ui.label(t("Undo brings a replaced film back.")).classes("studio-soft")
    answer: _Answer | None = await answer_to(dialog)
    return answer
