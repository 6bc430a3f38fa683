"""Web addresses."""

from pathlib import Path


def is_url(name: str | Path) -> bool:
    """True for addresses of the web, which would have to be fetched."""
    return str(name).strip().lower().startswith(("http://", "https://"))
