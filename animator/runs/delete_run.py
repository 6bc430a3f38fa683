"""Deletes a run folder: what animator wrote there, and nothing else."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from animator.core.marks import RECORD_MARK
from animator.core.paths import resolve
from animator.core.read import UnreadableError, open_regular
from animator.errors import RunError
from animator.presets.ownership import is_our_frame, is_ours
from animator.runs.run_folder import FILES, FOLDERS, FRAMES, refuse_links, remove_all_leftovers
from animator.runs.run_lock import LOCK, RunLock
from animator.runs.run_settings import PRESET


def check_deletable(folder: Path, renders: Path) -> None:
    """Checks that a folder is one that `delete_run` may delete; changes nothing.

    Args:
        folder: The run folder.
        renders: The renders folder.

    Raises:
        RunError: It is not inside the renders folder, links lead there, or it holds no run.
    """
    if not _is_inside(folder, renders):
        raise RunError(f"{folder}: is not inside {renders}; its files are left as they are")
    refuse_links(folder)
    if folder.exists() and not _is_recorded(folder):
        raise RunError(f"{folder}: has no {PRESET} that animator wrote; its files are left as they are")


def delete_run(folder: Path, renders: Path) -> None:
    """Deletes what animator wrote into a run folder, and the folder where nothing else is left in it.

    Args:
        folder: The run folder; one that is gone already is no error.
        renders: The renders folder.

    Raises:
        RunError: As `check_deletable`, another process renders there, or a file cannot be deleted.
    """
    check_deletable(folder, renders)
    if not folder.exists():
        return
    try:
        _delete_files(folder)
        (folder / LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"{error.filename}: cannot be deleted: {error.strerror}") from error
    for made in (*_subfolders(folder), folder):
        with suppress(OSError):  # somebody's own file is in it, so it stays
            made.rmdir()


def _delete_files(folder: Path) -> None:
    lock = RunLock(folder)
    lock.acquire()
    try:
        remove_all_leftovers(folder)
        for path in list(_our_files(folder)):
            path.unlink(missing_ok=True)
    finally:
        lock.release()


def _our_files(folder: Path) -> Iterator[Path]:
    """Yields the files that a run wrote; the record of the settings last, in case of a kill."""
    for made in _subfolders(folder):
        wanted = is_our_frame if made.name not in FOLDERS or made.name == FRAMES else _is_plain_file
        yield from filter(wanted, made.iterdir())
    films = [path for path in folder.iterdir() if path.name not in FILES and _is_plain_file(path)]
    ours = [path for path in films if is_ours(path)]
    stems = {path.stem for path in ours}
    yield from ours
    yield from (path for path in films if path.suffix == ".srt" and path.stem in stems)
    yield from (folder / name for name in FILES if name not in (PRESET, LOCK))
    yield folder / PRESET


def _subfolders(folder: Path) -> list[Path]:
    """Returns the folders in a run folder that are no links."""
    return [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _is_recorded(folder: Path) -> bool:
    """Returns True for a folder with the settings of a run, as written or edited since."""
    mark = RECORD_MARK.encode()
    try:
        with open_regular(folder / PRESET) as file:
            return file.read(len(mark)) == mark
    except UnreadableError:
        return False


def _is_inside(folder: Path, renders: Path) -> bool:
    """Returns True for a folder below another one, to which no link leads from there."""
    try:
        below = Path(os.path.abspath(folder)).relative_to(os.path.abspath(renders))  # noqa: PTH100 (links stay)
    except ValueError:
        return False
    return below != Path() and resolve(folder) == resolve(renders) / below
