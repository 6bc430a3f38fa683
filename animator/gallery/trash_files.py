"""The trash: `.trash/<batch>/<path>`, so that a file's place says where it came from, whatever happens.

A file comes and goes by one rename; a program that is killed leaves it in one place or the other.
"""

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from animator.core.paths import resolve
from animator.errors import RunError
from animator.gallery.schema import TRASH
from animator.presets.raw import RECORD
from animator.runs.run_folder import refuse_links
from animator.runs.run_lock import RunLock


class RefusedError(ValueError):
    """A file that stays where it is. The message says why; the caller knows the path."""


def new_batch() -> str:
    """Returns the place of a new part of the trash."""
    return f"{TRASH}/{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"


def checked_file(renders: Path, place: str) -> Path:
    """Returns the path of a file in the renders folder.

    Args:
        renders: The renders folder, without links.
        place: The file's path from there.

    Raises:
        RefusedError: It is gone, no regular file, or links lead there.
    """
    path = renders / place
    try:
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError) as error:
        raise RefusedError("is gone; search again") from error
    if not is_file or resolve(path.parent) != path.parent:
        raise RefusedError("is not a regular file of this folder; it is left as it is")
    return path


@contextmanager
def nobody_rendering(folder: Path | None) -> Iterator[None]:
    """Keeps renderings out of a run folder within a `with` block.

    Args:
        folder: The folder; None, or one that holds no run any more, needs no such care.

    Raises:
        RefusedError: One is in it.
    """
    if folder is None or not (folder / RECORD).is_file():
        yield
        return
    try:
        refuse_links(folder)
        lock = RunLock(folder)
        lock.acquire()
    except RunError as error:
        raise RefusedError("belongs to a run that renders now; wait for its end, or cancel it") from error
    except OSError as error:
        raise RefusedError(f"belongs to a run that cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def move_in(renders: Path, place: str, batch: str) -> str:
    """Moves a file into the trash, and returns its place there.

    Raises:
        RefusedError: It cannot be moved.
    """
    path = checked_file(renders, place)
    target = f"{batch}/{place}"
    try:
        folder = _made(renders, Path(target).parent)
        path.rename(folder / path.name)
    except OSError as error:
        raise RefusedError(f"cannot be moved to the trash: {error.strerror}") from error
    return target


def move_out(renders: Path, place: str, path: str) -> None:
    """Moves a file from the trash back to where it was; replaces nothing.

    Raises:
        RefusedError: Something is there now, or it cannot be moved.
    """
    source = checked_file(renders, place)
    try:
        target = _made(renders, Path(path).parent) / source.name
        _move_to_free(source, target)
    except FileExistsError as error:
        raise RefusedError("cannot be restored: another file has its name now; rename that one") from error
    except OSError as error:
        raise RefusedError(f"cannot be restored: {error.strerror}") from error
    _remove_empty(source.parent, renders / TRASH)


def purge(renders: Path, place: str) -> None:
    """Deletes a file in the trash.

    Raises:
        RefusedError: It cannot be deleted.
    """
    path = checked_file(renders, place)
    try:
        path.unlink()
    except OSError as error:
        raise RefusedError(f"cannot be deleted: {error.strerror}") from error
    _remove_empty(path.parent, renders / TRASH)


def _made(renders: Path, place: Path) -> Path:
    """Creates a folder below the renders folder unless it is there, and returns it; follows no link.

    Raises:
        OSError: It cannot be created, or a link is on the way.
    """
    folder = renders
    for part in place.parts:
        folder = folder / part
        with suppress(FileExistsError):
            folder.mkdir()
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise NotADirectoryError(20, f"{part} is not a folder", str(folder))
    return folder


def _move_to_free(source: Path, target: Path) -> None:
    """Renames a file where nothing has its new name; else raises a FileExistsError.

    A second link fails where a file is, which a rename does not. A kill in between leaves the file in both
    places. Some disks have no links.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        if os.path.lexists(target):
            raise FileExistsError(17, "is there", str(target)) from None
        source.rename(target)
    else:
        source.unlink()


def _remove_empty(folder: Path, top: Path) -> None:
    """Removes a folder of the trash that has nothing in it, and those around it."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent
