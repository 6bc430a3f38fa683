"""`JobStore`: the jobs of a renders folder in an SQLite file, for several programs at once."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from animator.errors import JobNotFoundError, RunError
from animator.jobs.job import Job, JobEvent, JobProgress, JobState
from animator.jobs.request import JobRequest
from animator.jobs.rows import column_of, event_of, job_of
from animator.jobs.schema import TABLES, VERSION

FILE = "jobs.sqlite"
BUSY_S = 30.0
"""How long one program waits for another's transaction."""
MAX_EVENTS = 2_000
"""Events kept of a job; the oldest go first."""


@dataclass(frozen=True)
class JobFilter:
    """Which jobs to list.

    Attributes:
        states: Their states; empty for all.
        labels: Labels they have.
        before: Only jobs submitted before the one with this number; None begins with the newest.
        limit: How many at most.
    """

    states: tuple[JobState, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    before: int | None = None
    limit: int = 100


class JobStore:
    """The jobs of a renders folder. One connection, which its threads take turns with."""

    def __init__(self, renders: Path) -> None:
        """Opens the store of a renders folder, and creates both where they are not there.

        Raises:
            RunError: The file is not a job store, or one of another version.
            OSError: The folder cannot be created.
        """
        renders.mkdir(parents=True, exist_ok=True)
        self.path = renders / FILE
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._version = 0
        try:
            self._db = sqlite3.connect(self.path, BUSY_S, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise RunError(f"{self.path}: is not a job store: {error}; move it away to begin anew") from error

    def close(self) -> None:
        """Closes the store."""
        with self._lock:
            self._db.close()

    def add(self, request: JobRequest, *, key: str = "", digest: str = "") -> Job:
        """Adds a job and returns it; with a key that was used already, returns the job of that time.

        Args:
            request: What to render.
            key: Names the submission, so that its repetition does not make a second job; empty for none.
            digest: Of the request as it came, kept with the key.
        """
        now = time.time()
        progress = JobProgress()
        with self.writing() as db:
            known = self.key(key) if key else None
            if known is not None:
                return self.get(known[0])
            name = f"{datetime.fromtimestamp(now):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
            values = {
                "id": name,
                "state": JobState.QUEUED,
                "priority": request.priority,
                "request": request,
                "labels": request.labels,
                "progress": progress,
                "folder": request.run or request.folder,
                "created": now,
                "updated": now,
            }
            places = ", ".join("?" * len(values))
            db.execute(
                f"INSERT INTO jobs ({', '.join(values)}) VALUES ({places})",  # noqa: S608 (our own names)
                [column_of(value) for value in values.values()],
            )
            if key:
                db.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (key, digest, name, now))
            self._event(name, "status", {"status": JobState.QUEUED.value})
        return self.get(name)

    def key(self, key: str) -> tuple[str, str] | None:
        """Returns the job and the digest of a submission's key; None for a new one."""
        with self._lock:
            row = self._db.execute("SELECT job, digest FROM keys WHERE key = ?", (key,)).fetchone()
        return (row["job"], row["digest"]) if row else None

    def get(self, job_id: str) -> Job:
        """Returns a job.

        Raises:
            JobNotFoundError: There is none of this id.
        """
        with self._lock:
            row = self._db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobNotFoundError(job_id)
        return job_of(row)

    def find(self, wanted: JobFilter = JobFilter()) -> list[Job]:
        """Returns jobs, the newest first."""
        where, values = _conditions(wanted)
        query = f"SELECT * FROM jobs WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608 (our own text)
        with self._lock:
            rows = self._db.execute(query, (*values, wanted.limit)).fetchall()
        return [job_of(row) for row in rows]

    def count(self, *states: JobState) -> int:
        """Returns the number of jobs in some states."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT count(*) FROM jobs WHERE state IN ({marks})"  # noqa: S608 (marks alone)
        with self._lock:
            return int(self._db.execute(query, [state.value for state in states]).fetchone()[0])

    def place(self, job: Job) -> int:
        """Returns how many waiting jobs begin before a waiting one."""
        query = (
            "SELECT count(*) FROM jobs WHERE state = 'queued' "
            "AND (priority > :priority OR (priority = :priority AND number < :number))"
        )
        with self._lock:
            row = self._db.execute(query, {"priority": job.priority, "number": job.number}).fetchone()
        return int(row[0])

    def take_next(self) -> Job | None:
        """Returns the job whose turn it is, now running; None where none waits."""
        with self.writing() as db:
            row = db.execute(
                "SELECT * FROM jobs WHERE state = 'queued' ORDER BY priority DESC, number LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            started = row["started"] if row["started"] is not None else time.time()
            self._update(row["id"], {"state": JobState.RUNNING, "wanted": "", "started": started})
            self._event(row["id"], "status", {"status": JobState.RUNNING.value})
        return self.get(row["id"])

    def change(self, job_id: str, states: Iterable[JobState], **values: Any) -> bool:
        """Changes a job if it is in one of some states; returns whether it was.

        Args:
            job_id: The job.
            states: The states in which the change applies.
            **values: Columns of the job; a new `state` becomes an event.
        """
        with self.writing() as db:
            row = db.execute("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None or JobState(row["state"]) not in set(states):
                return False
            self._update(job_id, values)
            state = values.get("state")
            if state is not None and state.value != row["state"]:
                self._event(job_id, "status", {"status": state.value})
        return True

    def active(self) -> list[Job]:
        """Returns the jobs that workers have."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM jobs WHERE state IN ('running', 'canceling')").fetchall()
        return [job_of(row) for row in rows]

    def wishes(self) -> dict[str, str]:
        """Returns what somebody wants of running jobs: id -> `cancel` or `pause`."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, wanted FROM jobs WHERE state IN ('running', 'canceling') AND wanted <> ''"
            ).fetchall()
        return {row["id"]: row["wanted"] for row in rows}

    def add_event(self, job_id: str, kind: str, data: Mapping[str, Any]) -> None:
        """Records something that happened to a job; nothing where the job is gone."""
        with self.writing() as db:
            if db.execute("SELECT 1 FROM jobs WHERE id = ?", (job_id,)).fetchone():
                self._event(job_id, kind, data)

    def events(self, job_id: str, after: int = 0) -> list[JobEvent]:
        """Returns the events of a job after the one of a number, the oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM events WHERE job = ? AND id > ? ORDER BY id", (job_id, after)
            ).fetchall()
        return [event_of(row) for row in rows]

    def delete(self, job_id: str) -> None:
        """Forgets a job and its events."""
        with self.writing() as db:
            db.execute("DELETE FROM keys WHERE job = ?", (job_id,))
            db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def version(self) -> tuple[int, int]:
        """Returns a value that is another one whenever any program has changed the store."""
        with self._lock:
            return self._version, int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float) -> None:
        """Waits until this program changes the store, or for a time."""
        with self._changed:
            self._changed.wait(seconds)

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        with self.writing() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise RunError(
                    f"{self.path}: is a job store of version {version}; expected {VERSION}: use the animator "
                    "that wrote it, or move it away to begin anew"
                )
            for statement in filter(str.strip, TABLES.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; a second one inside is part of the first."""
        with self._changed:
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self._version += 1
            self._changed.notify_all()

    def _update(self, job_id: str, values: Mapping[str, Any]) -> None:
        now = time.time()
        changed = {**values, "updated": now}
        places = ", ".join(("updates = updates + 1", *(f"{name} = ?" for name in changed)))
        self._db.execute(
            f"UPDATE jobs SET update_s = ? - updated, {places} WHERE id = ?",  # noqa: S608 (our own names)
            [now, *map(column_of, changed.values()), job_id],
        )

    def _event(self, job_id: str, kind: str, data: Mapping[str, Any]) -> None:
        db = self._db
        row = db.execute(
            "INSERT INTO events (job, time, kind, data) VALUES (?, ?, ?, ?)",
            (job_id, time.time(), kind, json.dumps(dict(data))),
        )
        if row.lastrowid and row.lastrowid % 100 == 0:
            db.execute(
                "DELETE FROM events WHERE job = ? AND id <= (SELECT id FROM events WHERE job = ? "
                "ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (job_id, job_id, MAX_EVENTS),
            )


def _conditions(wanted: JobFilter) -> tuple[str, list[Any]]:
    """Returns the condition of a filter, and its values."""
    parts, values = ["1"], list[Any]()
    if wanted.states:
        parts.append(f"state IN ({', '.join('?' * len(wanted.states))})")
        values += [state.value for state in wanted.states]
    if wanted.before is not None:
        parts.append("number < ?")
        values.append(wanted.before)
    for label in wanted.labels.items():
        parts.append("EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND value = ?)")
        values += label
    return " AND ".join(parts), values
