"""The queue: what every wish does in every state, keys, capacity, what a request may hold."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from animator.errors import JobNotFoundError, JobStateError, QueueFullError, UserError
from animator.jobs.job import ErrorKind, Job, JobError, JobPhase, JobProgress, JobState
from animator.jobs.queue import JobQueue
from animator.jobs.request import MAX_LABELS, JobRequest

Wish = Callable[[JobQueue, str], Job]
REQUEST = JobRequest(preset="film.yaml")
WISHES: dict[str, Wish] = {
    "cancel": JobQueue.cancel,
    "pause": JobQueue.pause,
    "resume": JobQueue.resume,
    "redo": lambda queue, job: queue.redo(job, 2),
    "delete": JobQueue.delete,
}
OUTCOMES = {
    "queued": {"cancel": "canceled", "pause": "paused"},
    "running": {"cancel": "canceling", "pause": "running"},
    "paused": {
        "cancel": "canceled",
        "pause": "paused",
        "resume": "queued",
        "redo": "queued",
        "delete": "gone",
    },
    "canceling": {"cancel": "canceling"},
    "canceled": {"resume": "queued", "redo": "queued", "delete": "gone"},
    "succeeded": {"redo": "queued", "delete": "gone"},
    "failed": {"resume": "queued", "redo": "queued", "delete": "gone"},
}
"""State -> wish -> state after it; a wish that is missing is refused."""


@pytest.fixture
def queue(tmp_path: Path) -> JobQueue:
    return JobQueue(tmp_path, capacity=5)


def job_in(queue: JobQueue, state: JobState, **values: Any) -> Job:
    job = queue.submit(REQUEST)
    wanted = "cancel" if state is JobState.CANCELING else ""
    queue.store.change(job.id, [JobState.QUEUED], **{"state": state, "wanted": wanted, **values})
    return queue.get(job.id)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("state", list(JobState))
def test_every_wish_in_every_state(queue: JobQueue, state: JobState, wish: str) -> None:
    job = job_in(queue, state, folder=Path("renders/lake/1"))
    after = OUTCOMES[state.value].get(wish)
    if after is None:
        with pytest.raises(JobStateError, match=f"job {job.id}: is {state.value}; "):
            WISHES[wish](queue, job.id)
        assert queue.get(job.id) == job
        return
    WISHES[wish](queue, job.id)
    if after == "gone":
        with pytest.raises(JobNotFoundError):
            queue.get(job.id)
        return
    changed = queue.get(job.id)
    assert changed.state.value == after
    assert (changed.ended is not None) == (after == "canceled")


@pytest.mark.parametrize("wish", WISHES)
def test_every_wish_for_an_unknown_job_is_refused(queue: JobQueue, wish: str) -> None:
    with pytest.raises(JobNotFoundError, match="job nothing: is not in this renders folder"):
        WISHES[wish](queue, "nothing")


def test_a_running_job_remembers_what_is_wanted_until_that_is_withdrawn(queue: JobQueue) -> None:
    job = job_in(queue, JobState.RUNNING)
    assert queue.store.wishes() == []
    assert queue.pause(job.id).wanted == "pause" and queue.store.wishes() == [job.id]
    assert queue.resume(job.id).wanted == "" and queue.store.wishes() == []
    with pytest.raises(JobStateError, match="is running"):
        queue.resume(job.id)
    queue.pause(job.id)
    assert queue.cancel(job.id).wanted == "cancel"


def test_a_job_that_is_put_back_forgets_its_error_and_keeps_its_frames(queue: JobQueue) -> None:
    error = JobError(ErrorKind.RENDERING, "no")
    progress = JobProgress(JobPhase.RENDERING, 7, 9, 1.0, 3)
    job = job_in(queue, JobState.FAILED, error=error, progress=progress, attempts=2, died_at=7, ended=1.0)
    assert job.error == error and job.progress == progress
    again = queue.resume(job.id)
    assert (again.error, again.ended, again.attempts, again.died_at) == (None, None, 0, -1)
    assert again.progress == JobProgress(JobPhase.QUEUED, 7, 9)


def test_redo_adds_its_overrides_and_drops_the_old_film(queue: JobQueue, tmp_path: Path) -> None:
    job = queue.submit(JobRequest(preset="film.yaml", overrides={"fps": 9}))
    queue.pause(job.id)
    with pytest.raises(JobStateError, match="has no frame yet; resume it instead"):
        queue.redo(job.id, 3)
    queue.store.change(job.id, [JobState.PAUSED], folder=tmp_path, films=(tmp_path / "a.mp4",))
    with pytest.raises(UserError, match="start -1: expected a frame of the run"):
        queue.redo(job.id, -1)
    again = queue.redo(job.id, 3, {"frames": 8})
    assert again.request.start == 3 and again.request.overrides == {"fps": 9, "frames": 8}
    assert again.films == () and again.state is JobState.QUEUED


def test_the_same_key_gives_the_same_job(queue: JobQueue) -> None:
    first = queue.submit(REQUEST, key="k", digest="d")
    assert queue.submit(REQUEST, key="k", digest="d") == first
    assert queue.submit(REQUEST).id != first.id
    with pytest.raises(JobStateError, match="key k: was used for another request; take a new key"):
        queue.submit(REQUEST, key="k", digest="other")
    queue.cancel(first.id)
    queue.delete(first.id)
    assert queue.submit(REQUEST, key="k", digest="other").id != first.id


def test_as_many_jobs_wait_as_may(queue: JobQueue) -> None:
    jobs = [queue.submit(REQUEST, key=str(number)) for number in range(5)]
    with pytest.raises(QueueFullError, match="5 jobs wait, as many as may; submit it again later"):
        queue.submit(REQUEST)
    assert queue.submit(REQUEST, key="3") == jobs[3]
    queue.cancel(jobs[0].id)
    queue.submit(REQUEST)


def test_waiting_ends_with_the_job_or_with_the_time(queue: JobQueue) -> None:
    job = queue.submit(REQUEST)
    assert queue.wait(job.id, 0.0).state is JobState.QUEUED
    assert queue.wait(job.id, 0.01).state is JobState.QUEUED
    queue.cancel(job.id)
    assert queue.wait(job.id).state is JobState.CANCELED


def test_jobs_survive_the_program(tmp_path: Path) -> None:
    request = JobRequest(
        settings={"W": 64, "prompts": {"0": "söön 🌲"}}, labels={"user": "ann"}, client={"id": [1, None]}
    )
    with JobQueue(tmp_path) as queue:
        job = queue.submit(request)
    with JobQueue(tmp_path) as queue:
        assert queue.find() == [job] and queue.get(job.id).request == request
        assert [event.data for event in queue.events(job.id)] == [{"status": "queued"}]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "a job has no film; expected one of preset, settings, run and training"),
        ({"preset": "a", "run": "b"}, "a job has preset and run; expected one"),
        ({"preset": "a", "priority": 1001}, "priority 1001: expected a number from -1000 to 1000"),
        ({"preset": "a", "labels": {str(n): "" for n in range(MAX_LABELS + 1)}}, "labels: 51"),
        ({"preset": "a", "labels": {"a": "b" * 500}}, "labels: 1, some of them long"),
        ({"preset": "a", "labels": {"a": 1}}, "labels: have names or values that are not texts"),
        ({"preset": "a", "start": -1}, "start -1: expected a frame"),
        ({"preset": {"date": date(2026, 1, 1)}}, "a value that JSON does not have"),
        ({"preset": "\ud800\n"}, "a value that JSON does not have"),
        ({"preset": "a", "labels": {"a": "\ud800"}}, "a value that JSON does not have"),
    ],
)
def test_what_is_no_request_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        JobRequest(**values)


def test_settings_that_contain_themselves_are_refused() -> None:
    circle: dict[str, Any] = {}
    circle["circle"] = circle
    with pytest.raises(UserError, match="a value that JSON does not have"):
        JobRequest(preset=circle)


def test_a_job_that_waits_can_begin_earlier(queue: JobQueue) -> None:
    first, second = queue.submit(REQUEST), queue.submit(REQUEST)
    assert queue.set_priority(second.id, 1).priority == 1
    assert queue.store.place(queue.get(first.id)) == 1
    taken = queue.store.take_next()
    assert taken is not None and taken.id == second.id
    with pytest.raises(JobStateError, match="is running; only a job that waits"):
        queue.set_priority(second.id, 2)
    with pytest.raises(UserError, match="priority 1001"):
        queue.set_priority(first.id, 1001)
