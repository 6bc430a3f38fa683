"""`EventLog`: what happened to jobs, read without waiting for those who write."""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from animator.errors import JobStoreError
from animator.jobs.job import JobEvent
from animator.jobs.rows import event_of

MAX_READ = 1_000
"""Events read at once; the next look reads on from there."""


class EventLog:
    """The events of a renders folder's jobs, over a connection of its own.

    In SQLite's WAL mode a reader never waits for a writer, so looking is safe also where nothing may block.

    Every method raises a JobStoreError where the file cannot be read.

    Args:
        path: The file of an open job store.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._db.close()

    def version(self) -> int:
        """Returns a number that is another one whenever any program has changed the job store."""
        return int(self._rows("PRAGMA data_version")[0][0])

    def newest(self) -> int:
        """Returns the number of the newest event of all; 0 before the first."""
        rows = self._rows("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
        return int(rows[0][0]) if rows else 0

    def newest_of(self, job_id: str) -> int:
        """Returns the number of the newest event of a job; 0 where it has none."""
        return int(self._rows("SELECT coalesce(max(id), 0) FROM events WHERE job = ?", (job_id,))[0][0])

    def after(self, event: int, job_id: str | None = None) -> list[JobEvent]:
        """Returns up to `MAX_READ` events after the one of a number, the oldest first.

        Args:
            event: The number.
            job_id: Only events of this job; None for all jobs.
        """
        if job_id is None:
            return self._events("id > ?", (event,))
        return self._events("job = ? AND id > ?", (job_id, event))

    def of_jobs(self, job_ids: Sequence[str], kinds: Iterable[str]) -> dict[str, list[JobEvent]]:
        """Returns the events of some kinds of each of some jobs, the oldest first, with one query."""
        kinds = tuple(kinds)
        rows = self._rows(
            f"SELECT * FROM events WHERE job IN ({_marks(job_ids)}) "  # noqa: S608 (marks alone)
            f"AND kind IN ({_marks(kinds)}) ORDER BY id",
            (*job_ids, *kinds),
        )
        found: dict[str, list[JobEvent]] = {job_id: [] for job_id in job_ids}
        for row in rows:
            found[row["job"]].append(event_of(row))
        return found

    def _events(self, condition: str, values: tuple[Any, ...]) -> list[JobEvent]:
        query = f"SELECT * FROM events WHERE {condition} ORDER BY id LIMIT ?"  # noqa: S608 (our own text)
        return [event_of(row) for row in self._rows(query, (*values, MAX_READ))]

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        try:
            with self._lock:
                return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JobStoreError(f"{self._path}: cannot be read: {error}; check its disk") from error


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
