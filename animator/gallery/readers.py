"""`Readers`: connections to the index that only read, so that nobody waits for a writer."""

import queue
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from animator.gallery.errors import GalleryError, QueryError

CONNECTIONS = 4
"""Searches at the same time; others wait for their turn."""
_STEPS = 20_000
"""Steps of SQLite between two looks at the clock."""
_CACHE_KIB = 32_000


class Readers:
    """Connections to the database of an open index.

    Args:
        path: The database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._uri = f"{path.resolve().as_uri()}?mode=ro"
        self._free: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put(None)

    def close(self) -> None:
        """Closes them; waits for those in use."""
        for _ in range(CONNECTIONS):
            if (connection := self._free.get()) is not None:
                connection.close()

    @contextmanager
    def reading(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """A `with` block that sees the index as it is at its beginning.

        Args:
            seconds: Time after which a query in it is given up.

        Raises:
            QueryError: That time is over.
            GalleryError: The file cannot be read.
        """
        connection = self._free.get()
        end = time.monotonic() + seconds
        try:
            connection = connection or self._open()
            connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.set_progress_handler(None, 0)
                if connection.in_transaction:  # an error may have ended it
                    connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if time.monotonic() > end:
                raise too_slow(seconds) from error
            raise self._unreadable(error) from error
        except sqlite3.Error as error:
            raise self._unreadable(error) from error
        finally:
            self._free.put(connection)

    def rows(self, sql: str, values: tuple[Any, ...] = (), seconds: float = 10.0) -> list[sqlite3.Row]:
        """Returns the rows of a query; raises the errors of `reading`."""
        with self.reading(seconds) as db:
            return db.execute(sql, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._uri, uri=True, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return db

    def _unreadable(self, error: sqlite3.Error) -> GalleryError:
        return GalleryError(f"{self._path}: cannot be read: {error}; check its disk")


def too_slow(seconds: float) -> QueryError:
    """Returns the error for a search that was given up."""
    return QueryError(f"the search took longer than {seconds:g} s and was stopped; search for simpler text")
