"""The console command: starts `app`, so that Ctrl-C ends it quietly also while the program loads."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Runs the command line; see `animator.cli.app.main`."""
    try:
        from animator.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
