"""Mistakes in the command line itself, such as an unknown option, as typer finds them."""

from animator.core.printable import printable

try:
    from typer._click.exceptions import ClickException
except ImportError:  # typer before it had a click of its own
    from click import ClickException

USAGE_ERROR = ClickException
"""The base of typer's errors."""


def show(error: ClickException) -> int:
    """Prints an error as typer does, control characters of arguments escaped; returns the exit code."""
    from typer.rich_utils import rich_format_error  # loads rich

    error.message = printable(error.message)
    rich_format_error(error)
    return int(error.exit_code)
