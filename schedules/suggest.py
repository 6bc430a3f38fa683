"""Suggestions for misspelled names. It lies here, below everything, since schedules make suggestions, too."""

import difflib
from collections.abc import Iterable

_CUTOFF = 0.6


def nearest(name: str, known: Iterable[str], *, cutoff: float = _CUTOFF) -> str | None:
    """Returns the known name that is spelled most like a name, ignoring case; None if none is similar.

    Args:
        name: As it was written; only its first 80 characters are compared.
        known: The names that exist.
        cutoff: Least similarity, 0 to 1, as `difflib` has it.
    """
    by_lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(name[:80].lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def suggestion(name: str, known: Iterable[str], *, cutoff: float = _CUTOFF, form: str = "{}") -> str:
    """Returns the question "did you mean `x`?" for a misspelled name; empty if no known name is similar.

    Args:
        name: As it was written.
        known: The names that exist.
        cutoff: Least similarity, 0 to 1.
        form: How the name is written where it stands, such as `__{}__` for wildcards.
    """
    close = nearest(name, known, cutoff=cutoff)
    return "" if close is None else f"did you mean `{form.format(close)}`?"
