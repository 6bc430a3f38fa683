"""Server-sent events: snapshot first, ids, what was missed, and an end."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from animator.jobs import event_log
from animator.jobs.job import ErrorKind, Job, JobError, JobPhase, JobState
from animator.jobs.request import JobRequest
from tests.animator.server.conftest import add_finished, add_running
from tests.animator.server.running import Local, is_problem, wait_until

LIMIT_S = 30.0


@dataclass(frozen=True)
class Event:
    kind: str
    id: int
    data: Any


@contextmanager
def following(url: str, **headers: str) -> Iterator[Iterator[Event]]:
    """The events of a stream, as they come."""
    with httpx2.stream("GET", url, headers=headers, timeout=LIMIT_S) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache"
        yield events_of(answer.iter_lines())


def events_of(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and fields:
            yield Event(fields["event"], int(fields["id"]), json.loads(fields["data"]))
            fields = {}


def advance(local: Local, job: Job, done: int) -> None:
    progress = replace(job.progress, phase=JobPhase.RENDERING, done=done, frames=3)
    local.queue.store.change(job.id, [JobState.RUNNING], progress=progress)


def end(local: Local, job: Job, film: str = "film.mp4") -> None:
    local.queue.store.add_event(job.id, "output", {"path": f"/somewhere/{film}"})
    local.queue.store.change(job.id, [JobState.RUNNING], state=JobState.SUCCEEDED, ended=time.time())


def test_a_stream_begins_with_the_job_and_ends_with_its_end(local: Local) -> None:
    job = add_running(local)
    with following(local.jobs(job.id, "events")) as events:
        snapshot = next(events)
        assert snapshot.kind == "snapshot"
        assert snapshot.data == httpx2.get(local.jobs(job.id)).json() | {"metrics": snapshot.data["metrics"]}
        local.queue.store.add_event(job.id, "phase", {"phase": "rendering"})
        advance(local, job, 1)
        first = [next(events), next(events)]
        assert [event.kind for event in first] == ["phase", "progress"]
        assert first[1].data["done"] == 1 and first[1].data["value"] == pytest.approx(1 / 3)
        assert first[1].id == first[0].id > snapshot.id
        local.queue.store.add_event(job.id, "warning", {"message": "two\nlines"})
        end(local, job)
        last = list(events)
    assert [event.kind for event in last] == ["warning", "output", "status"]
    assert last[0].data["message"] == "two\nlines" and last[1].data["name"] == "film.mp4"
    assert last[2].data["status"] == "succeeded" and last[2].data["job"] == job.id
    assert [event.id for event in last] == sorted(event.id for event in last)
    assert "/somewhere" not in json.dumps([event.data for event in last])


def test_a_client_that_comes_back_gets_what_it_missed(local: Local) -> None:
    job = add_running(local)
    with following(local.jobs(job.id, "events")) as events:
        seen = next(events).id
    local.queue.store.add_event(job.id, "warning", {"message": "missed"})
    end(local, job)
    with following(local.jobs(job.id, "events"), **{"Last-Event-ID": str(seen)}) as events:
        again = list(events)
    assert [event.kind for event in again] == ["snapshot", "warning", "output", "status"]
    assert again[0].id == seen and again[0].data["status"] == "succeeded"
    over = httpx2.get(local.jobs(job.id, "events"), headers={"Last-Event-ID": str(again[-1].id)})
    assert over.status_code == 204  # a browser does not connect again then


def test_a_client_that_missed_much_gets_all_of_it(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "MAX_READ", 3)
    job = add_running(local)
    seen = local.context.events.newest()
    for number in range(10):
        local.queue.store.add_event(job.id, "warning", {"message": str(number)})
    end(local, job)
    with following(local.jobs(job.id, "events"), **{"Last-Event-ID": str(seen)}) as events:
        texts = [event.data["message"] for event in events if event.kind == "warning"]
    assert texts == [str(number) for number in range(10)]


@pytest.mark.parametrize("last", ["no number", "-1", "99999999999999999999", "999999999", "1.5", ""])
def test_a_strange_last_event_id_counts_as_none(local: Local, last: str) -> None:
    job = add_running(local)
    with following(local.jobs(job.id, "events"), **{"Last-Event-ID": last}) as events:
        assert next(events).data["status"] == "running"
        local.queue.store.change(job.id, [JobState.RUNNING], state=JobState.CANCELED, ended=time.time())
        assert [event.data["status"] for event in events] == ["canceled"]


def test_the_stream_of_an_ended_job_is_its_snapshot(local: Local) -> None:
    job = add_finished(local)
    with following(local.jobs(job.id, "events")) as events:
        assert [event.kind for event in events] == ["snapshot"]


def test_a_failure_says_why(local: Local) -> None:
    job = add_running(local)
    with following(local.jobs(job.id, "events")) as events:
        next(events)
        error = JobError(ErrorKind.RENDERING, "the disk is full")
        local.queue.store.change(
            job.id, [JobState.RUNNING], state=JobState.FAILED, error=error, ended=time.time()
        )
        assert [event.data["error"]["message"] for event in events] == ["the disk is full"]


def test_a_deleted_job_ends_its_stream(local: Local) -> None:
    job = local.queue.submit(JobRequest(preset={}))
    local.queue.pause(job.id)
    with following(local.jobs(job.id, "events")) as events:
        next(events)
        local.queue.delete(job.id)
        assert list(events) == []


def test_the_stream_of_all_jobs_has_every_job(local: Local) -> None:
    job = add_running(local)
    with following(f"{local.url}/api/v1/events") as events:
        snapshot = next(events)
        assert snapshot.kind == "snapshot"
        assert snapshot.data["jobs"][0]["id"] == job.id
        other = local.queue.submit(JobRequest(preset={}))
        advance(local, job, 2)
        wanted = {("status", other.id), ("progress", job.id)}
        while wanted:
            event = next(events)
            wanted.discard((event.kind, event.data["job"]))
    local.queue.cancel(other.id)
    end(local, job)


def test_progress_comes_at_most_four_times_a_second(local: Local) -> None:
    job = add_running(local)
    with following(local.jobs(job.id, "events")) as events:
        next(events)
        for done in range(1, 200):
            advance(local, replace(job, progress=replace(job.progress, seconds=done)), 1 + done % 2)
        local.queue.store.change(job.id, [JobState.RUNNING], state=JobState.CANCELED, ended=time.time())
        kinds = [event.kind for event in events]
    assert kinds.count("progress") < 100


def test_dozens_of_clients_take_no_thread_each_and_leave_no_trace(local: Local) -> None:
    job = add_running(local)
    with ExitStack() as stack:
        streams = [stack.enter_context(following(local.jobs(job.id, "events"))) for _ in range(60)]
        assert all(next(events).kind == "snapshot" for events in streams)
        assert local.tasks() >= 60
        assert threading.active_count() < 60
        assert httpx2.get(f"{local.url}/health").status_code == 200
    wait_until(lambda: local.tasks() == 0)
    end(local, job)


def test_an_unknown_job_is_a_problem_and_no_stream(local: Local) -> None:
    assert is_problem(httpx2.get(local.jobs("nobody", "events")), 404)


def test_a_stream_cannot_be_written_to(local: Local) -> None:
    assert is_problem(httpx2.post(f"{local.url}/api/v1/events"), 405)
