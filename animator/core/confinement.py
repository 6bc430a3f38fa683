"""Confinement of the names in settings to some folders: for settings that a stranger sends, as to a server.

`named_path` is the only way from a name in settings to a path. Without a confinement a name means what it
means on the command line: a path from the working directory, with `~` for the home folder.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from animator.core.paths import exists, expand_user, resolve
from animator.core.urls import is_url
from animator.errors import UserError

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:[\\/]|file:|[a-z]:", re.IGNORECASE)
"""The beginning of a URL, or of a path on a drive of Windows."""
_SEPARATORS = re.compile(r"[\\/]")
_PACKAGE = Path(__file__).resolve().parents[1]


class OutsideError(UserError):
    """A name that leads out of the folders of a confinement; says nothing about what is there."""

    def __init__(self, name: str | Path) -> None:
        super().__init__(f"{name}: is not inside a folder that these settings may read; {_EXPECTED}")


_EXPECTED = "expected the name of a file below one of them, such as images/sky.png"


@dataclass(frozen=True)
class Confinement:
    """The folders that settings may name files in; picklable, for other processes.

    Attributes:
        roots: Folders in which relative names are looked up, in this order.
        models: Folders of models: as the roots, after them; models are found in them by name.
        own: Folders that the program itself reads, such as that of its runs; settings may not name files in
            them.
    """

    roots: tuple[Path, ...]
    models: tuple[Path, ...] = ()
    own: tuple[Path, ...] = ()

    def find(self, name: str | Path) -> Path:
        """Returns the path of a name: in the first root that has it, or else in the first root.

        Raises:
            OutsideError: The name leads out of the folders, whether or not something is there.
        """
        path = _plain_path(name)
        if path.is_absolute():
            return self._inside(path, name)
        candidates = [self._inside(root.absolute() / path, name) for root in self._folders]
        if not candidates:
            raise OutsideError(name)
        return next(filter(exists, candidates), candidates[0])

    def contains(self, path: Path) -> bool:
        """Returns True for a path that leads into one of the folders, links followed."""
        return _is_below(resolve(path), self._folders)

    def may_open(self, path: Path) -> bool:
        """Returns True for a path that leads into one of the folders, the program's own included."""
        return _is_below(resolve(path), (*self._folders, *self.own, _PACKAGE))

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (*self.roots, *self.models)

    def _inside(self, path: Path, name: str | Path) -> Path:
        # Compared as written before links are followed: nothing outside is even asked for.
        written = (*(folder.absolute() for folder in self._folders), *map(resolve, self._folders))
        if not (any(path.is_relative_to(folder) for folder in written) and self.contains(path)):
            raise OutsideError(name)
        return path


_CURRENT: ContextVar[Confinement | None] = ContextVar("confinement", default=None)


def confinement() -> Confinement | None:
    """Returns the confinement in force; None if there is none."""
    return _CURRENT.get()


@contextmanager
def confined(given: Confinement | None) -> Iterator[None]:
    """Puts a confinement, or none, in force inside a `with` block.

    Other threads and processes do not have it: give it to them.
    """
    token = _CURRENT.set(given)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def named_path(name: str | Path) -> Path:
    """Returns the path of a file or folder that settings name, whether it exists or not.

    Args:
        name: The name as written, or the path that an earlier call returned for it.

    Raises:
        OutsideError: It leads out of the confinement in force.
    """
    current = confinement()
    return expand_user(name) if current is None else current.find(name)


def is_within(path: Path) -> bool:
    """Returns True if settings may name a file: always where no confinement is in force."""
    current = confinement()
    return current is None or current.contains(path)


def check_opening(path: Path) -> None:
    """Checks a path right before it is opened: the second line of defense, behind `named_path`.

    Raises:
        OutsideError: The confinement in force has no folder that it is in.
    """
    current = confinement()
    if current is not None and not current.may_open(path):
        raise OutsideError(path.name)


def _plain_path(name: str | Path) -> Path:
    """Returns a name as a path, if it is one that means the same on every system.

    A URL over HTTP becomes a relative path: who reads such names asks before what they are.

    Raises:
        OutsideError: It climbs, or is of a home folder, a drive, another machine or a URL.
    """
    text = os.fspath(name)
    climbs = ".." in _SEPARATORS.split(text)
    is_elsewhere = text.startswith(("~", "\\", "//"))
    has_scheme = _SCHEME.match(text) is not None and not (Path(text).is_absolute() or is_url(text))
    if climbs or is_elsewhere or has_scheme or "\0" in text:
        raise OutsideError(text.replace("\0", "\\0"))
    return Path(text)


def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(resolve(folder)) for folder in folders)
