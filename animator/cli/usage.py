"""Mistakes in the command line itself, such as an unknown option, as typer finds them."""

from typing import Any

import typer

from animator.core.printable import printable

USAGE_ERROR: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
"""The base of typer's errors: of click, or of the click that newer versions of typer have in them."""


def show(error: Any) -> int:
    """Prints an error as typer does, control characters of arguments escaped; returns the exit code."""
    from typer.rich_utils import rich_format_error  # loads rich

    error.message = printable(error.message)
    rich_format_error(error)
    return int(error.exit_code)
