"""`say`: what soak tests tell while they run."""

import sys


def say(line: str) -> None:
    """Prints a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
