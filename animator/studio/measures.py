"""Times in words."""

from datetime import datetime


def moment_text(seconds: float) -> str:
    """Returns a moment, given in seconds since 1970, as local date and time."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
