"""Dialogs: `titled_dialog` builds one, `answer_to` waits for its answer, `is_sure` asks yes or no."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from animator.studio.labels import Translate


@contextmanager
def titled_dialog(title: str, classes: str = "") -> Iterator[ui.dialog]:
    """Builds a dialog from what is built inside the `with` block.

    Args:
        title: Its title, which screen readers say, too.
        classes: More CSS classes of its card.
    """
    with ui.dialog() as dialog, ui.card().classes(f"studio-dialog {classes}"):
        dialog.props["aria-label"] = title
        ui.label(title).classes("studio-dialog-title").props("role=heading aria-level=2")
        yield dialog


def dialog_buttons() -> ui.element:
    """Returns the place of a dialog's buttons."""
    return ui.element("div").classes("studio-buttons")


def cancel_button(dialog: ui.dialog, t: Translate) -> ui.button:
    """Returns a button that closes a dialog without an answer."""
    return ui.button(t("Cancel"), on_click=dialog.close).props("flat no-caps")


async def answer_to(dialog: ui.dialog) -> Any:
    """Opens a dialog, and returns what it submits; None where the person closes it. It is gone then."""
    answer = await dialog
    if not dialog.is_deleted:  # with the whole page
        dialog.delete()
    return answer


async def is_sure(question: str, yes: str, t: Translate, *, can_undo: bool = False) -> bool:
    """Asks a question, and returns True where the answer is yes.

    Args:
        question: The question, translated.
        yes: The name of the button that says yes, translated.
        t: Translates the rest.
        can_undo: Enter says yes; else it says no.
    """
    with titled_dialog(question, "ask") as dialog, dialog_buttons():
        dialog.props("role=alertdialog data-testid=ask")
        no = cancel_button(dialog, t).props("data-testid=ask-no")
        sure = ui.button(yes, on_click=lambda: dialog.submit(yes))
        sure.props("unelevated no-caps color=negative data-testid=ask-yes")
        (sure if can_undo else no).props("autofocus")
    return await answer_to(dialog) is not None
