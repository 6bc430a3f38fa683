"""`icon_button`: a button with an icon in place of words."""

from collections.abc import Callable
from typing import Any

from nicegui import ui


def icon_button(
    icon: str, title: str, pressed: Callable[[], Any] | None = None, *, is_small: bool = False
) -> ui.button:
    """Returns a round button with an icon.

    Args:
        icon: Its name in the library.
        title: The button's name, which is shown when it is pointed at.
        pressed: Called when it is pressed.
        is_small: It stands beside a line of text.
    """
    button = ui.button(icon=icon, on_click=pressed)
    button.props("flat dense round size=sm" if is_small else "flat dense round")
    button.props["aria-label"] = title
    button.tooltip(title)
    return button
