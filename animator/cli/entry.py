"""The console command: starts `app`, so that Ctrl-C ends it quietly also while the program loads."""

import gc
import sys

INTERRUPTED = 130
_NEW_OBJECTS = 50_000
"""After so many new objects the garbage collector looks for cycles."""


def main() -> None:
    """Runs the command line; see `animator.cli.app.main`."""
    # Modules are hundreds of thousands of objects that all stay. With Python's own 700 the collector looks
    # through them hundreds of times while they load, which is a tenth of the start.
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from animator.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
