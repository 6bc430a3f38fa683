"""Sizes and times in words."""

from datetime import datetime

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def size_text(count: int) -> str:
    """Returns a number of bytes with the unit that suits it, such as `1.4 MB`."""
    for unit, size in _UNITS:
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"


def moment_text(seconds: float) -> str:
    """Returns a moment, given in seconds since 1970, as local date and time."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
