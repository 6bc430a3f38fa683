"""`EventLog`: events are read over a connection that no writer holds up."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from animator.errors import JobStoreError
from animator.jobs import event_log
from animator.jobs.event_log import EventLog
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    with JobQueue(tmp_path) as queue:
        yield queue


@pytest.fixture
def log(queue: JobQueue) -> Iterator[EventLog]:
    log = EventLog(queue.store.path)
    yield log
    log.close()


def test_the_version_changes_with_every_change_and_only_then(queue: JobQueue, log: EventLog) -> None:
    before = log.version()
    assert log.version() == before
    job = queue.submit(JobRequest(preset={}))
    after = log.version()
    assert after != before
    queue.pause(job.id)
    assert log.version() != after


def test_events_are_read_from_one_on_of_one_job_or_all(queue: JobQueue, log: EventLog) -> None:
    assert log.newest() == 0 and log.after(0) == []
    one, two = (queue.submit(JobRequest(preset={})).id for _ in range(2))
    queue.pause(one)
    assert [event.job for event in log.after(0)] == [one, two, one]
    assert [event.data["status"] for event in log.after(0, one)] == ["queued", "paused"]
    assert [event.id for event in log.after(log.newest() - 1)] == [log.newest()]
    assert log.newest_of(one) == log.newest() > log.newest_of(two) and log.newest_of("nobody") == 0


def test_numbers_go_on_after_a_job_was_deleted(queue: JobQueue, log: EventLog) -> None:
    job = queue.submit(JobRequest(preset={}))
    queue.cancel(job.id)
    newest = log.newest()
    queue.delete(job.id)
    assert log.newest() == newest and log.after(0) == []


def test_many_events_are_read_in_pieces(
    queue: JobQueue, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "MAX_READ", 2)
    job = queue.submit(JobRequest(preset={}))
    for number in range(4):
        queue.store.add_event(job.id, "warning", {"message": str(number)})
    first = log.after(0)
    assert len(first) == 2 and len(log.after(first[-1].id)) == 2


def test_events_of_many_jobs_come_with_one_query(queue: JobQueue, log: EventLog) -> None:
    jobs = [queue.submit(JobRequest(preset={})).id for _ in range(200)]
    queue.store.add_event(jobs[7], "warning", {"message": "dark"})
    found = log.of_jobs(jobs, ("warning",))
    assert list(found) == jobs
    assert [event.data["message"] for events in found.values() for event in events] == ["dark"]
    assert log.of_jobs([], ("warning",)) == {}


def test_a_writer_that_takes_its_time_keeps_no_reader_waiting(queue: JobQueue, log: EventLog) -> None:
    queue.submit(JobRequest(preset={}))
    other = sqlite3.connect(queue.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM events")
    try:
        assert len(log.after(0)) == 1
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_nothing_can_be_written_over_it(queue: JobQueue, log: EventLog) -> None:
    with pytest.raises(JobStoreError, match="readonly"):
        log._rows("DELETE FROM events")
