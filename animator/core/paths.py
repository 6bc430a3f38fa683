"""Questions about paths that others wrote: whatever is in them, there is an answer."""

from pathlib import Path


def expand_user(name: str | Path) -> Path:
    """Returns a path with the home folder for `~`; as it is where there is no such user."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def exists(path: Path) -> bool:
    """Returns True for a file or folder; False also for a path that none can have, or none may look at."""
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, no permission, a null character
        return False


def is_file(path: Path) -> bool:
    """Returns True for a regular file; False as `exists`."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Returns True for a folder; False as `exists`."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def resolve(path: Path) -> Path:
    """Returns the absolute path without links; with them where they lead nowhere."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # a null character, links in a circle
        return path.absolute()
