"""`watching`: what a piece of code does to the world, by Python's audit events."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.rename": 2, "os.link": 2, "os.symlink": 2} | dict.fromkeys(
    ("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"), 1
)
"""Number of paths that are changed, by event."""
_FOREIGN = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "socket.connect",
    "socket.getaddrinfo",
)


class _Watch:
    """Collects events between `watching` and its end. An audit hook cannot be removed: there is one."""

    def __init__(self) -> None:
        self.found: list[str] | None = None
        self.folder: Path | None = None
        sys.addaudithook(self._see)

    def _see(self, event: str, args: tuple[Any, ...]) -> None:
        if self.found is None:
            return
        for path in _written(event, args):
            if not self._may_write(path):
                self.found.append(f"{event} {path}")
        is_ffmpeg = event == "subprocess.Popen" and "ffmpeg" in Path(str(args[0])).name
        if event in _FOREIGN and not is_ffmpeg:
            self.found.append(f"{event} {args[0]}")

    def _may_write(self, path: Path) -> bool:
        temporary = Path(tempfile.gettempdir())
        below = path.relative_to(temporary).parts[:1] if path.is_relative_to(temporary) else ("",)
        # Python's own temporary files, and the folder in which an encoder is tried.
        is_temporary = not below or below[0].startswith(("tmp", "animator-"))
        if "__pycache__" in path.parts or path == Path(os.devnull) or is_temporary:
            return True
        return self.folder is not None and path.absolute().is_relative_to(self.folder)


def _written(event: str, args: tuple[Any, ...]) -> list[Path]:
    """Returns the paths that an event changes."""
    is_opened = event == "open" and args[2] & _WRITES
    changed = args[: 1 if is_opened else _CHANGES.get(event, 0)]
    return [Path(os.fsdecode(path)) for path in changed if isinstance(path, str | bytes | os.PathLike)]


_WATCH = _Watch()


@contextmanager
def watching(folder: Path | None) -> Iterator[list[str]]:
    """Yields the list of what is done meanwhile, and is not writing in the folder or starting ffmpeg."""
    found: list[str] = []
    _WATCH.found, _WATCH.folder = found, folder
    try:
        yield found
    finally:
        _WATCH.found = None
