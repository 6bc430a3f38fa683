"""What Deforum's API shows of jobs in states that Deforum does not have."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from animator.jobs.event_log import EventLog
from animator.jobs.job import ErrorKind, Job, JobError, JobPhase, JobProgress, JobState
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.server.deforum.deforum_jobs import DeforumJobs
from animator.server.deforum.job_view import DeforumJob, ErrorType, Phase, Status, deforum_job

ANY = tuple(JobState)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    """A queue without workers."""
    with JobQueue(tmp_path) as queue:
        yield queue


@pytest.fixture
def job(queue: JobQueue) -> Job:
    """A job that came by Deforum's API and has its folder."""
    _, (job,) = DeforumJobs(queue).submit([{"max_frames": 10}], None)
    queue.store.change(job.id, ANY, folder=queue.renders / "x")
    return job


def reach(queue: JobQueue, job: Job, phase: JobPhase, done: int = 0, extra: str = "") -> None:
    """Has a job reach a phase, as a worker reports it."""
    progress = JobProgress(phase, done, 10, extra=extra)
    queue.store.change(job.id, ANY, state=JobState.RUNNING, progress=progress)
    queue.store.add_event(job.id, "phase", {"phase": phase.value})


def view(queue: JobQueue, job: Job, **change: Any) -> DeforumJob:
    if change:
        queue.store.change(job.id, ANY, **change)
    with closing(EventLog(queue.store.path)) as log:
        return deforum_job(queue.get(job.id), log)


@pytest.mark.parametrize(
    ("phase", "done", "extra", "expected", "progress"),
    [
        (JobPhase.PREPARING, 0, "", Phase.PREPARING, 0),
        (JobPhase.LOADING, 4, "", Phase.PREPARING, 0),
        (JobPhase.RENDERING, 4, "", Phase.GENERATING, 0.4),
        (JobPhase.RENDERING, 10, "", Phase.GENERATING, 1),
        (JobPhase.ENCODING, 10, "", Phase.POST_PROCESSING, 0),
        (JobPhase.ENLARGING, 5, "x.mp4", Phase.POST_PROCESSING, 0.5),
        (JobPhase.INTERPOLATING, 10, "x.mp4", Phase.POST_PROCESSING, 1),
        (JobPhase.DONE, 10, "", Phase.DONE, 1),
    ],
)
def test_each_phase_has_one_of_deforums(
    queue: JobQueue, job: Job, phase: JobPhase, done: int, extra: str, expected: Phase, progress: float
) -> None:
    reach(queue, job, phase, done, extra)
    shown = view(queue, job)
    assert (shown.phase, shown.phase_progress, shown.status) == (expected, progress, Status.ACCEPTED)


def test_a_job_that_begins_anew_after_a_crash_does_not_go_back(queue: JobQueue, job: Job) -> None:
    reach(queue, job, JobPhase.PREPARING)
    reach(queue, job, JobPhase.RENDERING, 6)
    again = view(queue, job, state=JobState.QUEUED, progress=JobProgress(JobPhase.QUEUED, 6, 10))
    assert (again.phase, again.phase_progress) == (Phase.GENERATING, 0.6)
    reach(queue, job, JobPhase.LOADING, 6)
    assert view(queue, job).phase is Phase.GENERATING


def test_a_job_that_is_rendered_again_after_its_end_begins_anew(queue: JobQueue, job: Job) -> None:
    reach(queue, job, JobPhase.RENDERING, 10)
    view(queue, job, state=JobState.SUCCEEDED, progress=JobProgress(JobPhase.DONE, 10, 10))
    again = view(queue, job, state=JobState.QUEUED, progress=JobProgress(JobPhase.QUEUED, 10, 10))
    assert (again.status, again.phase, again.phase_progress) == (Status.ACCEPTED, Phase.QUEUED, 0)


@pytest.mark.parametrize(
    ("state", "status", "message"),
    [
        (JobState.PAUSED, Status.ACCEPTED, "Paused."),
        (JobState.CANCELING, Status.ACCEPTED, "Is being cancelled due to user request."),
        (JobState.CANCELED, Status.CANCELLED, "Cancelled due to user request."),
    ],
)
def test_states_that_deforum_does_not_have_are_told_in_words(
    queue: JobQueue, job: Job, state: JobState, status: Status, message: str
) -> None:
    reach(queue, job, JobPhase.RENDERING, 3)
    shown = view(queue, job, state=state)
    assert (shown.status, shown.message, shown.phase) == (status, message, Phase.GENERATING)


@pytest.mark.parametrize(
    ("kind", "expected", "phase"),
    [
        (ErrorKind.SETTINGS, ErrorType.TERMINAL, Phase.PREPARING),
        (ErrorKind.RENDERING, ErrorType.RETRYABLE, Phase.GENERATING),
        (ErrorKind.WORKER, ErrorType.RETRYABLE, Phase.GENERATING),
    ],
)
def test_errors_have_one_of_deforums_types_and_the_whole_message(
    queue: JobQueue, job: Job, kind: ErrorKind, expected: ErrorType, phase: Phase
) -> None:
    reach(queue, job, JobPhase.RENDERING, 3)
    queue.store.add_event(job.id, "warning", {"message": "a warning"})
    queue.store.add_event(job.id, "warning", {"message": "a warning"})
    shown = view(queue, job, state=JobState.FAILED, error=JobError(kind, "it broke\x1b here"))
    assert (shown.status, shown.error_type, shown.phase) == (Status.FAILED, expected, phase)
    assert shown.message == "it broke\\x1b here\na warning"


def test_a_job_is_found_although_another_one_has_its_labels(queue: JobQueue, job: Job) -> None:
    queue.submit(JobRequest(preset={}, labels=job.labels))
    jobs = DeforumJobs(queue)
    assert jobs.get(job.request.client["id"]).id == job.id
    assert [one.id for one in jobs.batch(job.request.client["batch"])] == [job.id]
    assert [one.id for one in jobs.newest()] == [job.id]


def test_changes_are_counted(queue: JobQueue, job: Job) -> None:
    before = view(queue, job)
    reach(queue, job, JobPhase.PREPARING)
    after = view(queue, job)
    assert after.updates == before.updates + 1
    assert after.update_interval_time == pytest.approx(after.last_updated - before.last_updated)


def test_a_message_has_the_first_warnings(queue: JobQueue, job: Job) -> None:
    for number in range(70):
        queue.store.add_event(job.id, "warning", {"message": f"warning {number}"})
    lines = (view(queue, job).message or "").splitlines()
    assert lines == [*(f"warning {number}" for number in range(50)), "and 20 more warnings"]
