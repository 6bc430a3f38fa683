"""`JobStore`: the jobs of a renders folder in an SQLite file, for several programs at once."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from animator.core.database import Database
from animator.errors import JobNotFoundError, JobStateError, QueueFullError
from animator.jobs.job import ACTIVE, Job, JobEvent, JobProgress, JobState, new_id
from animator.jobs.request import JobRequest
from animator.jobs.rows import column_of, event_of, job_of
from animator.jobs.schema import SCHEMA

FILE = "jobs.sqlite"
KEY_S = 86400
"""How long the key of a submission is known."""
MAX_EVENTS = 2_000
"""Events kept of a job; the oldest go first."""
MAX_NUMBER = 2**63 - 1
Revise = Callable[[Job], Mapping[str, Any]]
"""Returns the columns of a job that change."""


@dataclass(frozen=True)
class JobFilter:
    """Which jobs to list.

    Attributes:
        states: Their states; empty for all.
        labels: Labels they have.
        before: Only jobs submitted before the one with this number; None begins with the newest.
        limit: How many at most.
        trains: Only trainings, or only films; None for both.
    """

    states: tuple[JobState, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    before: int | None = None
    limit: int = 100
    trains: bool | None = None


class JobStore:
    """The jobs of a renders folder; every method raises a JobStoreError where the file cannot be used."""

    def __init__(self, renders: Path) -> None:
        """Opens the store of a renders folder, and creates both where they are not there.

        Raises:
            RunError: They cannot be created, or the file is not a job store of this version.
        """
        self.path = renders / FILE
        self.database = self._db = Database(self.path, SCHEMA)

    def close(self) -> None:
        """Closes the store."""
        self._db.close()

    def together(self) -> AbstractContextManager[object]:
        """A `with` block whose changes happen together or not at all."""
        return self._db.writing()

    def version(self) -> tuple[int, int]:
        """Returns a value that is another one whenever any program has changed the store."""
        return self._db.version()

    def wait(self, seconds: float) -> None:
        """Waits until this program changes the store, or for a time."""
        self._db.wait(seconds)

    def add(self, request: JobRequest, capacity: int, *, key: str = "", digest: str = "") -> Job:
        """Adds a job and returns it; with a key that was used already, returns the job of that time.

        Args:
            request: What to render or train.
            capacity: How many jobs may wait.
            key: Names the submission, so that its repetition does not make a second job; empty for none.
            digest: Of the request as it came, kept with the key.

        Raises:
            JobStateError: The key was used with another digest.
            QueueFullError: Too many jobs wait.
        """
        with self._db.writing() as db:
            known = self.submitted(key, digest)
            if known is not None:
                return known
            if self.count(JobState.QUEUED) >= capacity:
                raise QueueFullError(f"{capacity} jobs wait, as many as may; submit it again later")
            name = self._insert(db, request)
            if key:
                old = time.time() - KEY_S
                db.execute("DELETE FROM keys WHERE (SELECT created FROM jobs WHERE id = job) <= ?", (old,))
                db.execute("INSERT INTO keys VALUES (?, ?, ?)", (key, digest, name))
            self.add_event(name, "status", {"status": JobState.QUEUED.value})
            return self.get(name)

    def submitted(self, key: str, digest: str) -> Job | None:
        """Returns the job that was submitted with a key within the last day; None for a new key.

        Raises:
            JobStateError: The key was used with another digest.
        """
        query = "SELECT job, digest FROM keys JOIN jobs ON jobs.id = job WHERE key = ? AND created > ?"
        for row in self._db.rows(query, (key, time.time() - KEY_S)):
            if row["digest"] != digest:
                raise JobStateError(
                    f"key {key:.80}: was used for another request; take a new key for a new job"
                )
            return self.get(row["job"])
        return None

    def get(self, job_id: str) -> Job:
        """Returns a job.

        Raises:
            JobNotFoundError: There is none of this id.
        """
        for row in self._db.rows("SELECT * FROM jobs WHERE id = ?", (job_id,)):
            return job_of(row)
        raise JobNotFoundError(job_id)

    def find(self, wanted: JobFilter = JobFilter()) -> list[Job]:
        """Returns jobs, the newest first."""
        where, values = _conditions(wanted)
        query = f"SELECT * FROM jobs WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608 (our own text)
        return [job_of(row) for row in self._db.rows(query, (*values, min(max(0, wanted.limit), MAX_NUMBER)))]

    def count(self, *states: JobState) -> int:
        """Returns the number of jobs in some states."""
        where, values = _conditions(JobFilter(states))
        query = f"SELECT count(*) FROM jobs WHERE {where}"  # noqa: S608 (our own text)
        return int(self._db.rows(query, values)[0][0])

    def place(self, job: Job) -> int:
        """Returns how many waiting jobs begin before a waiting one."""
        query = (
            "SELECT count(*) FROM jobs WHERE state = 'queued' "
            "AND (priority > :priority OR (priority = :priority AND number < :number))"
        )
        return int(self._db.rows(query, {"priority": job.priority, "number": job.number})[0][0])

    def take_next(self) -> Job | None:
        """Returns the job whose turn it is, now running; None where none waits."""
        query = "SELECT id FROM jobs WHERE state = 'queued' ORDER BY priority DESC, number LIMIT 1"
        while rows := self._db.rows(query):
            taken = self.revise(rows[0]["id"], [JobState.QUEUED], _taken)
            if taken is not None:  # else another program has it, or it was canceled meanwhile
                return taken
        return None

    def change(self, job_id: str, states: Iterable[JobState], **values: Any) -> bool:
        """Changes a job if it is in one of some states; returns whether it was.

        Args:
            job_id: The job.
            states: The states in which the change applies.
            **values: Columns of the job; a new `state` becomes an event.
        """
        return self.revise(job_id, states, lambda job: values) is not None

    def revise(
        self, job_id: str, states: Iterable[JobState], revise: Revise, *, durable: bool = True
    ) -> Job | None:
        """Changes a job if it is in one of some states, and returns it as it is then; None otherwise.

        Args:
            job_id: The job.
            states: The states in which the change applies.
            revise: Returns what changes; nobody else changes the job meanwhile.
            durable: The change survives a power cut.
        """
        with self._db.writing(durable=durable) as db:
            rows = self._db.rows("SELECT * FROM jobs WHERE id = ?", (job_id,))
            job = job_of(rows[0]) if rows else None
            if job is None or job.state not in set(states):
                return None
            values = revise(job)
            now = time.time()
            changed = {
                **values,
                "updated": now,
                "updates": job.updates + 1,
                "update_s": now - job.updated,
            }
            places = ", ".join(f"{name} = ?" for name in changed)
            db.execute(
                f"UPDATE jobs SET {places} WHERE id = ?",  # noqa: S608 (our own names)
                [*map(column_of, changed.values()), job_id],
            )
            state = changed.get("state", job.state)
            if state is not job.state:
                self.add_event(job_id, "status", {"status": state.value})
            return self.get(job_id)

    def active(self) -> list[Job]:
        """Returns the jobs that workers have."""
        return self.find(JobFilter(ACTIVE, limit=MAX_NUMBER))

    def wishes(self) -> list[str]:
        """Returns the ids of running jobs that somebody wants to stop."""
        where, values = _conditions(JobFilter(ACTIVE))
        query = f"SELECT id FROM jobs WHERE {where} AND wanted <> ''"  # noqa: S608 (our own text)
        return [row["id"] for row in self._db.rows(query, values)]

    def add_event(self, job_id: str, kind: str, data: Mapping[str, Any]) -> None:
        """Records something that happened to a job; nothing where the job is gone."""
        with self._db.writing() as db:
            db.execute(
                "INSERT INTO events (job, time, kind, data) SELECT id, ?, ?, ? FROM jobs WHERE id = ?",
                (time.time(), kind, json.dumps(dict(data)), job_id),
            )
            db.execute(
                "DELETE FROM events WHERE job = ? AND id <= (SELECT id FROM events WHERE job = ? "
                "ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (job_id, job_id, MAX_EVENTS),
            )

    def events(self, job_id: str, after: int = 0) -> list[JobEvent]:
        """Returns the events of a job after the one of a number, the oldest first."""
        query = "SELECT * FROM events WHERE job = ? AND id > ? ORDER BY id"
        return [event_of(row) for row in self._db.rows(query, (job_id, after))]

    def delete(self, job_id: str, states: Iterable[JobState]) -> bool:
        """Forgets a job and its events if it is in one of some states; returns whether it was."""
        with self._db.writing() as db:
            if self.get(job_id).state not in set(states):
                return False
            db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
        return True

    def _insert(self, db: sqlite3.Connection, request: JobRequest) -> str:
        """Inserts a job that waits, and returns its id."""
        now = time.time()
        name = ""
        while not name or self._db.rows("SELECT 1 FROM jobs WHERE id = ?", (name,)):
            name = new_id(now)
        values = {
            "id": name,
            "state": JobState.QUEUED,
            "priority": request.priority,
            "request": request,
            "progress": JobProgress(),
            "created": now,
            "updated": now,
        }
        row = db.execute(
            f"INSERT INTO jobs ({', '.join(values)}) "  # noqa: S608 (our own names)
            f"VALUES ({', '.join('?' * len(values))})",
            [column_of(value) for value in values.values()],
        )
        labels = [(key, value, row.lastrowid) for key, value in request.labels.items()]
        db.executemany("INSERT INTO labels VALUES (?, ?, ?)", labels)
        return name


def _taken(job: Job) -> Mapping[str, Any]:
    started = time.time() if job.started is None else job.started
    return {"state": JobState.RUNNING, "wanted": "", "started": started}


def _conditions(wanted: JobFilter) -> tuple[str, list[Any]]:
    """Returns the condition of a filter, and its values."""
    parts, values = ["1"], list[Any]()
    if wanted.states:
        parts.append(f"state IN ({', '.join('?' * len(wanted.states))})")
        values += [state.value for state in wanted.states]
    if wanted.trains is not None:
        parts.append(f"json_extract(request, '$.training') IS {'NOT ' if wanted.trains else ''}NULL")
    if wanted.before is not None:
        parts.append("number < ?")
        values.append(min(wanted.before, MAX_NUMBER))
    for label in wanted.labels.items():
        parts.append("number IN (SELECT job FROM labels WHERE key = ? AND value = ?)")
        values += label
    return " AND ".join(parts), values
