"""`ask_for_redo`: from which frame, and with which settings, a job is rendered again."""

from nicegui import ui

from animator.settings import Animation
from animator.studio.dialogs import answer_to, cancel_button, dialog_buttons, titled_dialog
from animator.studio.shell import Page

NEW, OLD = "new", "old"


async def ask_for_redo(
    page: Page, frames: int, film: Animation | None
) -> tuple[int, Animation | None] | None:
    """Returns the first frame to render again, and the film to render; None where the person leaves it.

    Args:
        page: The page.
        frames: Number of finished frames.
        film: The film as it is written on the page; None offers only the one of the run.

    Returns:
        The frame and the film, which is None for the one of the run as it was.
    """
    t = page.t
    with titled_dialog(t("Render again from a frame")) as dialog:
        ui.label(t("The frames before it stay. Those from it on are replaced."))
        last = max(0, frames - 1)
        number = ui.number(
            t("First frame, 0 to {last}").format(last=last), value=0, min=0, max=last, precision=0
        )
        number.props("data-testid=redo-frame")
        settings = ui.radio(
            {NEW: t("With the settings on this page"), OLD: t("With the settings it was rendered with")},
            value=NEW if film else OLD,
        ).props("data-testid=redo-settings")
        settings.set_visibility(film is not None)
        with dialog_buttons():
            cancel_button(dialog, t)
            ui.button(t("Render again"), on_click=lambda: dialog.submit(NEW)).props(
                "no-caps unelevated data-testid=redo-start"
            )
    if await answer_to(dialog) is None:
        return None
    frame = min(max(0, int(number.value or 0)), last)
    return frame, film if settings.value == NEW else None
