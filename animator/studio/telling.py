"""Tells a person what became of what they asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from animator.errors import AnimatorError
from animator.studio.labels import Translate


def tell(message: str, t: Translate) -> None:
    """Shows a message until the person closes it."""
    ui.notify(
        message,
        type="negative",
        multi_line=True,
        close_button=t("Close"),
        timeout=0,
        classes="studio-message",
    )


def copy_text(text: str, t: Translate) -> None:
    """Copies a text to the person's clipboard, and says so."""
    ui.clipboard.write(text)
    ui.notify(t("Copied to the clipboard"))


@contextmanager
def telling(t: Translate) -> Iterator[None]:
    """Tells the person of an error of ours inside a `with` block, which ends there; others pass."""
    try:
        yield
    except AnimatorError as error:
        tell(str(error), t)
