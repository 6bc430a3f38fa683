"""Telling web addresses from paths."""

from pathlib import Path


def is_url(name: str | Path) -> bool:
    """Returns True for web addresses, which would have to be fetched."""
    return str(name).strip().lower().startswith(("http://", "https://"))
