"""How long a job waited, loaded and rendered."""

from dataclasses import replace

import pytest

from animator.jobs.job import Job, JobEvent, JobPhase, JobProgress, JobState
from animator.jobs.request import JobRequest
from animator.server.v1.durations import durations_of

JOB = Job(
    id="1", number=1, request=JobRequest(preset={}), state=JobState.SUCCEEDED, wanted="",
    progress=JobProgress(JobPhase.DONE, 10, 10), priority=0, labels={}, title="", folder=None, films=(),
    error=None, created=100.0, started=103.0, ended=150.0, updated=151.0, updates=9, update_s=1.0,
    attempts=0, died_at=-1,
)  # fmt: skip


def events(*kinds: tuple[str, float]) -> list[JobEvent]:
    return [
        JobEvent(number, "1", time, kind.partition(":")[0], dict([kind.split(":")]))
        for number, (kind, time) in enumerate(kinds)
    ]


def test_a_finished_job_waited_loaded_and_rendered() -> None:
    what = events(("status:running", 103), ("phase:preparing", 104), ("phase:loading", 105),
                  ("phase:rendering", 112), ("phase:encoding", 132), ("status:succeeded", 150))  # fmt: skip
    found = durations_of(JOB, what, now=999.0)
    assert (found.queue_s, found.run_s, found.load_s) == (3.0, 47.0, 7.0)
    assert found.seconds_per_frame == 2.0


def test_a_job_that_waits_waits_until_now() -> None:
    waiting = replace(JOB, state=JobState.QUEUED, started=None, ended=None, progress=JobProgress())
    found = durations_of(waiting, events(("status:queued", 100)), now=130.0)
    assert (found.queue_s, found.run_s, found.load_s, found.seconds_per_frame) == (30.0, None, None, None)


def test_a_running_job_has_the_pace_of_its_rendering() -> None:
    progress = JobProgress(JobPhase.RENDERING, 6, 10, seconds=8.0, rendered=4)
    running = replace(JOB, state=JobState.RUNNING, ended=None, updated=120.0, progress=progress)
    found = durations_of(running, events(("phase:loading", 105), ("phase:rendering", 107)), now=999.0)
    assert (found.run_s, found.load_s, found.seconds_per_frame) == (17.0, 2.0, 2.0)


def test_a_job_that_was_rendered_in_two_sessions_has_no_pace_that_would_mix_them() -> None:
    what = events(
        ("phase:rendering", 105), ("status:paused", 110), ("phase:rendering", 120), ("phase:encoding", 130)
    )
    assert durations_of(JOB, what, now=999.0).seconds_per_frame is None


def test_clocks_that_were_set_back_give_no_negative_times() -> None:
    early = replace(JOB, started=90.0, ended=80.0)
    found = durations_of(early, events(("phase:loading", 95), ("phase:rendering", 90)), now=10.0)
    assert (found.queue_s, found.run_s, found.load_s) == (0.0, 0.0, 0.0)
    assert found.seconds_per_frame == pytest.approx(0.0)
