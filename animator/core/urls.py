"""URLs."""

from pathlib import Path


def is_url(name: str | Path) -> bool:
    """Returns True for http and https URLs."""
    return str(name).strip().lower().startswith(("http://", "https://"))
