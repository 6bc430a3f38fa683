"""Asks before something is done that cannot be taken back: `is_sure`."""

from nicegui import ui

from animator.studio.shell import Page

YES, NO = "yes", "no"


async def is_sure(page: Page, question: str, yes: str) -> bool:
    """Asks a question, and returns True where the answer is yes.

    Args:
        page: The page.
        question: The question, translated.
        yes: The name of the button that says yes, translated.
    """
    with ui.dialog() as dialog, ui.card().props(f'role=alertdialog aria-label="{page.t("Question")}"'):
        ui.label(question).classes("ask-question")
        with ui.row():
            ui.button(yes, on_click=lambda: dialog.submit(YES)).props(
                "no-caps unelevated data-testid=ask-yes"
            )
            ui.button(page.t("Leave it"), on_click=lambda: dialog.submit(NO)).props(
                "no-caps flat autofocus data-testid=ask-no"
            )
    return await is_yes(dialog)


async def is_yes(dialog: ui.dialog) -> bool:
    """Opens a dialog that submits `YES` or `NO`, waits for the answer, and returns True for `YES`."""
    answer = await dialog
    if not dialog.is_deleted:  # with the whole page
        dialog.delete()
    return bool(answer == YES)
