"""`Outbox`: the messages for webhooks, kept in the file of the jobs until they are delivered."""

import secrets
import sqlite3
import time
from dataclasses import dataclass
from enum import Enum

from animator.jobs.job import Job, JobEvent
from animator.jobs.queue import JobQueue
from animator.jobs.rows import event_of
from animator.server.webhooks.hook import hook_of
from animator.server.webhooks.message import message_of, type_of

RETRIES_S = (1.5, 10, 60, 300, 1800, 7200, 21600, 57600)
"""Waits before a message is tried again; together they are about a day."""
KEEP_S = 7 * 86400
"""How long it can be seen what became of a message."""
MAX_LISTED = 200
_BATCH = 500
_GONE = 410
"""The status of a target that wants no more messages."""


class DeliveryState(str, Enum):
    """State of a message."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """A message for a webhook.

    Attributes:
        id: Its id, the same for each attempt.
        job: The job it is about.
        type: What it tells, such as `job.succeeded`.
        body: Its body.
        state: What became of it.
        created: When it was written, in seconds since 1970.
        due: When it is tried the next time, or was tried last.
        attempts: How often it was tried.
        answer: The status of the last answer; None where there was none.
        problem: Why the last attempt failed; empty where it did not.
    """

    id: str
    job: str
    type: str
    body: str
    state: DeliveryState
    created: float
    due: float
    attempts: int
    answer: int | None
    problem: str


class Outbox:
    """The messages for webhooks of a queue's jobs.

    Args:
        queue: The queue.
    """

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._db = queue.store.database

    def collect(self) -> bool:
        """Writes a message for each new event that a webhook wants to hear of; False where none is new.

        Raises:
            JobStoreError: The file cannot be used.
        """
        if not self._new_events():
            return False
        with self._db.writing(durable=False) as db:  # after a power cut they are collected again
            events = self._new_events()  # again: a job may be gone since
            jobs = {event.job: self._queue.get(event.job) for event in events}
            for event in events:
                self._write(db, jobs[event.job], event)
            db.execute("DELETE FROM webhooks_seen")
            db.executemany("INSERT INTO webhooks_seen VALUES (?)", [(event.id,) for event in events[-1:]])
            old = time.time() - KEEP_S
            db.execute("DELETE FROM webhook_messages WHERE state <> 'pending' AND due < ?", (old,))
        return True

    def next_due(self) -> Delivery | None:
        """Returns the message whose turn it is; None where there is none.

        Raises:
            JobStoreError: The file cannot be used.
        """
        rows = self._db.rows(
            "SELECT * FROM webhook_messages WHERE state = 'pending' AND due <= ? "
            "ORDER BY due, number LIMIT 1",
            (time.time(),),
        )
        return _delivery_of(rows[0]) if rows else None

    def note(self, delivery: Delivery, answer: int | None, problem: str) -> None:
        """Notes how an attempt ended: it was delivered, will be tried again, or has failed for good.

        Args:
            delivery: The message.
            answer: The status of the answer; None where there was none.
            problem: Why it failed; empty if it did not.
        """
        is_last = delivery.attempts >= len(RETRIES_S) or answer == _GONE
        now = time.time()
        if not problem:
            state, due = DeliveryState.DELIVERED, now
        elif is_last:
            state, due = DeliveryState.FAILED, now
        else:
            state, due = DeliveryState.PENDING, now + RETRIES_S[delivery.attempts]
        with self._db.writing(durable=False) as db:  # after a power cut it is sent again, with the same id
            db.execute(
                "UPDATE webhook_messages SET state = ?, due = ?, attempts = attempts + 1, answer = ?, "
                "problem = ? WHERE id = ?",
                (state.value, due, answer, problem, delivery.id),
            )

    def of_job(self, job_id: str) -> list[Delivery]:
        """Returns the messages about a job, the newest first."""
        rows = self._db.rows(
            "SELECT * FROM webhook_messages WHERE job = ? ORDER BY number DESC LIMIT ?", (job_id, MAX_LISTED)
        )
        return list(map(_delivery_of, rows))

    def _new_events(self) -> list[JobEvent]:
        rows = self._db.rows(
            "SELECT * FROM events WHERE id > coalesce((SELECT max(event) FROM webhooks_seen), 0) "
            "ORDER BY id LIMIT ?",
            (_BATCH,),
        )
        return list(map(event_of, rows))

    def _write(self, db: sqlite3.Connection, job: Job, event: JobEvent) -> None:
        hook = hook_of(job)
        if hook is None or not hook.wants(event):
            return
        now = time.time()
        db.execute(
            "INSERT INTO webhook_messages (id, job, type, body, created, due) VALUES (?, ?, ?, ?, ?, ?)",
            (
                f"msg_{event.id}_{secrets.token_hex(8)}",
                job.id,
                type_of(event),
                message_of(job, event, hook),
                now,
                now,
            ),
        )


def _delivery_of(row: sqlite3.Row) -> Delivery:
    values = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118 (a row is no mapping)
    return Delivery(**{**values, "state": DeliveryState(row["state"])})
