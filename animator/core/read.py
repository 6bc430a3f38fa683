"""Bounded reading of files that others may have written: regular files only, up to a size limit."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

BLOCK = 2**22
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


class UnreadableError(ValueError):
    """A file that cannot be read. The message is the reason alone; the caller knows the path."""


def read_bytes(path: Path, limit: int) -> bytes:
    """Returns the content of a regular file.

    Args:
        path: The file; a link to one is followed.
        limit: Largest size in bytes; one byte more is read at most.

    Raises:
        UnreadableError: It is missing, not a regular file, or too large.
    """
    with open_regular(path) as file:
        data = _read_up_to(file, limit + 1)
    if len(data) > limit:
        raise UnreadableError(f"is larger than {limit} bytes")
    return data


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Opens a regular file for reading; errors of reading it are UnreadableErrors, too.

    Args:
        path: The file; a link to one is followed.

    Raises:
        UnreadableError: It is missing, or not a regular file.
    """
    try:
        check_regular(path)
        # Between the check and the opening the path may have become a pipe, which must not block.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _check_mode(os.fstat(file.fileno()).st_mode)
            yield file
    except UnreadableError:
        raise
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a path with a null character
        raise UnreadableError(f"cannot be read: {error}") from error


def read_text(path: Path, limit: int) -> str:
    """Returns the UTF-8 text of a regular file, without a byte order mark or carriage returns.

    Args:
        path: The file; a link to one is followed.
        limit: Largest size in bytes.

    Raises:
        UnreadableError: As `read_bytes`, or it is not UTF-8.
    """
    try:
        text = read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("is not UTF-8 text") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_regular(path: Path) -> None:
    """Checks that a path leads to a regular file, without opening it.

    Raises:
        UnreadableError: It is a folder, a pipe, a device or a socket.
        OSError: It is missing.
    """
    _check_mode(path.stat().st_mode)


def _read_up_to(file: BinaryIO, count: int) -> bytes:
    """Returns at most `count` bytes; memory is taken as they come, not for `count` beforehand."""
    parts: list[bytes] = []
    while count > 0 and (part := file.read(min(count, BLOCK))):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _check_mode(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in KINDS if test(mode)), "not a file")
        raise UnreadableError(f"is {kind}; expected a regular file")
