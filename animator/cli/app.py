"""The entry point of the command line."""

import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from animator._version import __version__
from animator.cli.benching import benching
from animator.cli.cameras import cameras
from animator.cli.files import files
from animator.cli.films import films
from animator.cli.hearing import hearing
from animator.cli.hints import explain
from animator.cli.imaging import imaging
from animator.cli.inspection import inspection
from animator.cli.listings import listings
from animator.cli.merging import merging
from animator.cli.rendering import rendering
from animator.cli.serving import serving
from animator.cli.stdout import escape_what_cannot_be_encoded
from animator.cli.training import training
from animator.cli.usage import USAGE_ERROR, show
from animator.core.log_collector import collecting
from animator.errors import AnimatorError
from animator.runs.session import INTERRUPTED, handle_signals, ignore_signals, say

if TYPE_CHECKING:
    from animator.runs.open_model import OpenModel

app = typer.Typer(
    help="Deforum-style films from YAML presets.",
    epilog="Example: animator render quickstart --set frames=24",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for group in (
    rendering,
    imaging,
    inspection,
    hearing,
    listings,
    films,
    files,
    cameras,
    benching,
    training,
    merging,
    serving,
):
    app.add_typer(group)


def main(opener: "OpenModel | None" = None) -> None:
    """Runs the command line; exits with 2 on a user's mistake, 1 on a failure, 130 on Ctrl-C.

    Args:
        opener: Opens diffusers; None opens those that presets name.
    """
    # Read when torch loads. Threads that spin while they wait make a busy machine four times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    escape_what_cannot_be_encoded()
    handle_signals(signal.SIGINT)
    try:
        # Not standalone: typer would print arguments as they are, control characters too.
        with collecting():  # what is logged before a run is open belongs to it
            code = app(obj=opener, standalone_mode=False)
    except USAGE_ERROR as error:
        sys.exit(show(error))
    except KeyboardInterrupt:
        ignore_signals()
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            ignore_signals()
        raise
    except AnimatorError as error:
        say(f"error: {explain(error)}")
        sys.exit(error.exit_code)
    except OSError as error:
        say(f"error: {error.filename or ''}: {error.strerror or error}")
        sys.exit(1)
    if code == INTERRUPTED:
        ignore_signals()
    sys.exit(code or 0)


def _show_version(show: bool) -> None:  # noqa: FBT001 (typer's callback signature)
    if show:
        sys.stdout.write(f"animator {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Deforum-style films from YAML presets."""
