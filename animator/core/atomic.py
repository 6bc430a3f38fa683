"""Atomic writes: to a temporary file with a random name, synced, renamed. No write follows a link."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_TEMPORARY = re.compile(r"\.animator-[0-9a-f]{16}\.part")


def atomic_write(path: Path, data: bytes) -> None:
    """Writes `data` to `path`; readers see the old content or the new, never a part.

    Where `path` is a link, the file replaces the link, and its target stays as it is.

    Raises:
        OSError: The disk is full, the folder read-only, and so on; the old content is unchanged.
    """
    try:
        with temporary_file(path) as (partial, file):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def sync_folder(folder: Path) -> None:
    """Waits until the names of a folder's files are on disk: after a power cut, renamed files are there, too.

    Raises:
        OSError: The disk failed.
    """
    if os.name == "nt":  # folders cannot be opened there; renames are in its file system's journal
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def temporary_file(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Creates an empty file beside `path`, and removes it at the end unless it was renamed; yields both."""
    partial = path.with_name(f".animator-{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(_create(partial), "wb") as file:
            yield partial, file
    finally:  # also on Ctrl-C
        partial.unlink(missing_ok=True)


def create_file(path: Path) -> None:
    """Replaces what is at `path`, a file or a link, by a new empty file.

    Raises:
        OSError: The file cannot be created.
    """
    path.unlink(missing_ok=True)
    os.close(_create(path))


def append(path: Path, data: bytes) -> None:
    """Appends to a file.

    Raises:
        OSError: The file is a link, a pipe that nobody reads, or cannot be written.
    """
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _NO_LINK | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags, 0o666), "ab") as file:
            file.write(data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def remove_leftovers(folder: Path) -> None:
    """Removes temporary files of processes that were killed; links are removed, not followed."""
    if folder.is_dir():
        for entry in os.scandir(folder):
            if _TEMPORARY.fullmatch(entry.name):
                Path(entry.path).unlink(missing_ok=True)


def _create(path: Path) -> int:
    """Creates a file that does not exist yet, and returns its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666)
