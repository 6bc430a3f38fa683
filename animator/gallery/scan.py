"""Looks through folders for images and films; follows no link."""

import os
import re
import stat
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from animator.film.formats import video_suffixes
from animator.gallery.query import Kind
from animator.gallery.schema import TRASH
from animator.presets.raw import RECORD
from animator.runs.run_folder import FOLDERS, FRAMES

IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif")
MAX_DEPTH = 32
_OF_SERVER = ("uploads", "requests", "trainings")
"""Folders in the renders folder with what clients sent, and with what trainings work with."""
_SETTLED_NS = 5_000_000_000
"""Age of a file or folder whose next change will be seen in its time, however coarse the file system's is."""
_FRAME = re.compile(r"([0-9]{9})\.png")
_MAX_INODE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class File:
    """An image or film in a folder.

    Attributes:
        name: Its name.
        bytes: Its size.
        mtime_ns: Time of its last change, in nanoseconds.
        inode: Number by which the file system knows it.
    """

    name: str
    bytes: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Listing:
    """What is in a folder.

    Attributes:
        files: Its images and films.
        folders: Names of the folders to look through.
        is_run: True for a run folder.
        mtime_ns: The folder's time, from before it was looked through.
        is_settled: True where any later change of its content changes the folder's time, too.
    """

    files: tuple[File, ...]
    folders: tuple[str, ...]
    is_run: bool
    mtime_ns: int
    is_settled: bool


def folder_time(folder: Path) -> int | None:
    """Returns the time of a folder's last change in nanoseconds; None where there is none, or a link."""
    try:
        facts = folder.lstat()
    except (OSError, ValueError):
        return None
    return facts.st_mtime_ns if stat.S_ISDIR(facts.st_mode) else None


def list_folder(folder: Path, place: str, run: str) -> Listing | None:
    """Returns what is in a folder; None where it is gone or cannot be read.

    Args:
        folder: The folder.
        place: Its path from the renders folder.
        run: The run folder that it is in; empty if in none.
    """
    now = time.time_ns()
    mtime_ns = folder_time(folder)
    if mtime_ns is None:
        return None
    files, folders, is_run = list[File](), list[str](), False
    wanted = (*IMAGES, *_film_suffixes())
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if (facts := _facts(entry)) is None:
                    continue
                if stat.S_ISDIR(facts.st_mode):
                    folders.append(entry.name)
                elif stat.S_ISREG(facts.st_mode) and _is_shown(entry.name, wanted):
                    inode = facts.st_ino & _MAX_INODE
                    files.append(File(entry.name, facts.st_size, facts.st_mtime_ns, inode))
                is_run |= entry.name == RECORD and stat.S_ISREG(facts.st_mode)
    except OSError:
        return None
    newest = max([mtime_ns, *(file.mtime_ns for file in files)])
    run = run or (place if is_run else "")
    entered = tuple(name for name in folders if _is_entered(name, place, run))
    return Listing(tuple(files), entered, is_run, mtime_ns, newest < now - _SETTLED_NS)


def is_listed(path: Path) -> bool:
    """Returns True for a file that `list_folder` finds in its folder."""
    try:
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
    return is_file and _is_shown(path.name, (*IMAGES, *_film_suffixes()))


def kind_of(name: str, *, in_run: bool) -> Kind:
    """Returns the kind of a file by its name.

    Args:
        name: The name.
        in_run: True for a file in a run folder.
    """
    if in_run and _FRAME.fullmatch(name):
        return Kind.FRAME
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 (a name, not a path)
    is_film = suffix in _film_suffixes() and (suffix != ".webp" or in_run)
    return Kind.FILM if is_film else Kind.IMAGE


def frame_number(name: str) -> int:
    """Returns the number in the name of a frame."""
    return int(name[:9])


@cache
def _film_suffixes() -> tuple[str, ...]:
    """Returns the suffixes of films; asked of the plug-ins once, for every file needs them."""
    return video_suffixes()


def _is_shown(name: str, suffixes: tuple[str, ...]) -> bool:
    """Returns True for the name of a finished image or film."""
    return name.lower().endswith(suffixes) and not name.startswith(".") and ".part." not in name


def _facts(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Returns what the file system says of an entry; None where it is gone, or has a name of no letters."""
    try:
        entry.name.encode()
        return entry.stat(follow_symlinks=False)
    except (OSError, UnicodeEncodeError):
        return None


def _is_entered(name: str, place: str, run: str) -> bool:
    """Returns True for a folder to look through: not those that hold what a run or server works with."""
    if not place and (name == TRASH or name in _OF_SERVER):
        return name == TRASH
    is_work = place == run and bool(run) and name in FOLDERS and name != FRAMES
    return not (name.startswith(".") or is_work)
