"""Suggestions for misspelled names; in this package because schedules make them, too."""

import difflib
from collections.abc import Iterable

_CUTOFF = 0.6


def nearest(name: str, known: Iterable[str], *, cutoff: float = _CUTOFF) -> str | None:
    """Returns the known name most similar to a name, ignoring case; None if none is similar.

    Args:
        name: The misspelled name; only its first 80 characters are compared.
        known: The existing names.
        cutoff: Least similarity, 0 to 1, as in `difflib`.
    """
    by_lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(name[:80].lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def suggestion(name: str, known: Iterable[str], *, cutoff: float = _CUTOFF, form: str = "{}") -> str:
    """Returns the question "did you mean `x`?" for a misspelled name; empty if no known name is similar.

    Args:
        name: The misspelled name.
        known: The existing names.
        cutoff: Least similarity, 0 to 1.
        form: Format of the name in its context, such as `__{}__` for wildcards.
    """
    close = nearest(name, known, cutoff=cutoff)
    return "" if close is None else f"did you mean `{form.format(close)}`?"
