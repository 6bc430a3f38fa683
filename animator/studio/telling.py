"""Tells a person what went wrong with what they asked for."""

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


@contextmanager
def telling(t: Translate) -> Iterator[None]:
    """Tells the person of an error of ours inside a `with` block, which ends there; others pass."""
    try:
        yield
    except AnimatorError as error:
        tell(str(error), t)
