"""Questions to a person before something is done, and errors shown to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import Client, ui

from animator.errors import AnimatorError
from animator.studio.labels import Translate

_SHOWN_MS = 12_000


async def ask(client: Client, question: str, answer: str, t: Translate) -> bool:
    """Returns True where a person agrees.

    Args:
        client: The person's page.
        question: What is about to be done.
        answer: The name of the button that does it.
        t: Translates.
    """
    with client, ui.dialog() as dialog, ui.card().props('role=alertdialog aria-modal="true"') as card:
        card.props["aria-label"] = question
        ui.label(question).classes("gallery-question").props("data-testid=gallery-question")
        with ui.row().classes("gallery-answers"):
            cancel = ui.button(t("Cancel"), on_click=lambda: dialog.submit(False))  # noqa: FBT003
            cancel.props("flat no-caps data-testid=gallery-cancel")
            agree = ui.button(answer, on_click=lambda: dialog.submit(True))  # noqa: FBT003
            agree.props("unelevated no-caps color=negative autofocus data-testid=gallery-confirm")
    agreed = await dialog
    dialog.delete()
    return bool(agreed)


@contextmanager
def shown_errors(client: Client) -> Iterator[None]:
    """Shows an error of what a person asked for to that person."""
    try:
        yield
    except (AnimatorError, OSError) as error:
        show_problem(client, str(error))


def show_problem(client: Client, text: str) -> None:
    """Shows what went wrong, long enough to be read."""
    with client:
        ui.notify(
            text,
            type="negative",
            multi_line=True,
            close_button=True,
            timeout=_SHOWN_MS,
            classes="gallery-problem",
        )
