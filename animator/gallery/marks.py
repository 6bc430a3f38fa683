"""Ranks and favorites: they belong to a file's content, and stay when the index or the folder changes."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from animator.core.fingerprint import fingerprint
from animator.core.paths import exists
from animator.core.read import UnreadableError

NO_MARK = (0, False)


def mark_of(db: sqlite3.Connection, renders: Path, path: str, place: str, size: int) -> tuple[int, bool]:
    """Returns rank and favorite of a file that comes into the index, in a transaction.

    A file that is nowhere in the marks may be one that was marked elsewhere, and moved since.

    Args:
        db: The database.
        renders: The renders folder.
        path: Where it is, or in the trash was, from the renders folder.
        place: Where it is now.
        size: Its size in bytes.
    """
    same_size = db.execute("SELECT * FROM marks WHERE bytes = ?", (size,)).fetchall()
    for row in same_size:
        if row["path"] == path:
            return row["rank"], bool(row["favorite"])
    moved = [row for row in same_size if not exists(renders / row["path"])]
    digest = digest_of(renders / place) if moved else None
    for row in moved:
        if row["sha256"] == digest:
            _write(db, path, size, row["sha256"], (row["rank"], row["favorite"]))
            return row["rank"], bool(row["favorite"])
    return NO_MARK


def change_mark(db: sqlite3.Connection, number: int, sha256: str, change: Mapping[str, int]) -> None:
    """Changes rank or favorite of an item, in a transaction.

    Args:
        db: The database.
        number: The item.
        sha256: Fingerprint of its file.
        change: New values of `rank` or `favorite`.
    """
    for name, value in change.items():
        db.execute(f"UPDATE items SET {name} = ? WHERE id = ?", (value, number))  # noqa: S608 (our own names)
    for row in db.execute("SELECT path, bytes, rank, favorite FROM items WHERE id = ?", (number,)).fetchall():
        _write(db, row["path"], row["bytes"], sha256, (row["rank"], row["favorite"]))


def digest_of(path: Path) -> str | None:
    """Returns the fingerprint of a file; None where it cannot be read."""
    try:
        return fingerprint([path]).sha256
    except (OSError, UnreadableError):
        return None


def _write(db: sqlite3.Connection, path: str, size: int, sha256: str, mark: tuple[int, int]) -> None:
    db.execute("DELETE FROM marks WHERE path = ?", (path,))
    if mark != NO_MARK:
        db.execute("INSERT INTO marks VALUES (?, ?, ?, ?, ?)", (path, size, sha256, *mark))
