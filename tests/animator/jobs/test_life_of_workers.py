"""The beginning and the end of workers: what they need, what ends them, and what their jobs become then."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from animator.errors import JobStoreError, RunError, UserError
from animator.jobs import dispatcher
from animator.jobs.job import JobState
from animator.jobs.journal import Journal
from animator.jobs.messages import WorkerOptions
from animator.jobs.pool import WorkerPool
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.jobs.workers import LOCK, Workers
from tests.animator.jobs.films import (
    frames_of,
    open_nothing,
    open_obedient,
    options,
    preset,
    rendered_alone,
    wait_until,
)

ROOT = Path(__file__).parents[3]
RUNNING, SUCCEEDED = JobState.RUNNING, JobState.SUCCEEDED


def program(renders: Path) -> subprocess.Popen[str]:
    """Starts a program with one worker, in a process group of its own."""
    command = [sys.executable, "-m", "tests.animator.jobs.program", str(renders)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def test_a_killed_programs_jobs_continue_in_the_next_with_the_same_bits(tmp_path: Path) -> None:
    with JobQueue(tmp_path / "renders") as queue:
        jobs = [queue.submit(JobRequest(preset=preset("slow", 30))) for _ in range(2)]
        with program(queue.renders) as first:
            with pytest.raises(RunError, match="another program renders its jobs; submit yours there"):
                Workers(queue, options(queue.renders), 1).__enter__()
            wait_until(queue, jobs[0], RUNNING, done=3)
            first.kill()
            first.communicate()
        assert queue.get(jobs[0].id).state is RUNNING
        with Workers(queue, options(queue.renders), 1, open_obedient):
            done = [queue.wait(job.id, 60) for job in jobs]
        assert [job.state for job in done] == [SUCCEEDED, SUCCEEDED]
        whole = rendered_alone(preset("slow", 30), tmp_path / "run")
        assert [frames_of(job.folder) for job in done] == [whole, whole]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal's Ctrl-C reaches its process group")
def test_ctrl_c_in_a_terminal_stops_after_the_frame_and_the_job_waits(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue:
        job = queue.submit(JobRequest(preset=preset("slow", 1000)))
        with program(tmp_path) as child:
            wait_until(queue, job, RUNNING, done=3)
            os.killpg(child.pid, signal.SIGINT)
            said, errors = child.communicate(timeout=60)
        assert child.returncode == 0 and said == "stopped\n" and "Traceback" not in errors
        waits = queue.get(job.id)
        assert waits.state is JobState.QUEUED and waits.attempts == 0
        assert len(frames_of(waits.folder)) >= 3


def test_at_the_end_of_the_block_running_jobs_wait_again(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue:
        job, canceled = (queue.submit(JobRequest(preset=preset("endless 1"))) for _ in range(2))
        with Workers(queue, options(tmp_path), 1, open_obedient):
            wait_until(queue, job, RUNNING, done=1)
            queue.cancel(canceled.id)
        assert queue.get(job.id).state is JobState.QUEUED and len(frames_of(queue.get(job.id).folder)) == 1
        assert queue.get(canceled.id).state is JobState.CANCELED


def test_wishes_of_a_program_that_was_killed_are_granted_at_the_next_start(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue:
        jobs = [queue.submit(JobRequest(preset=preset())) for _ in range(3)]
        for _ in jobs:
            queue.store.take_next()
        queue.cancel(jobs[0].id)
        queue.pause(jobs[1].id)
        Journal(queue.store).recover()
        states = [queue.get(job.id).state.value for job in jobs]
        assert states == ["canceled", "paused", "queued"]
        assert [queue.get(job.id).wanted for job in jobs] == ["", "", ""]


def test_an_opener_that_raises_fails_each_job_and_no_worker(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue, Workers(queue, options(tmp_path), 1, open_nothing) as workers:
        for _ in range(2):
            job = queue.wait(queue.submit(JobRequest(preset=preset())).id, 60)
            assert job.state is JobState.FAILED and job.error is not None
            assert job.error.message.startswith("RuntimeError: the weights are torn (traceback in ")
        assert workers.problem == ""


def test_a_missing_device_is_an_error_at_once(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue:
        workers = Workers(queue, WorkerOptions(tmp_path, "cuda:99"))
        with pytest.raises(UserError, match="device cuda:99: not available on this machine"):
            workers.__enter__()
        with Workers(queue, options(tmp_path), 1, open_obedient):
            pass


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    with JobQueue(tmp_path / "renders") as queue:
        (queue.renders / LOCK).symlink_to(tmp_path / "target")
        with pytest.raises(RunError, match="is a symbolic link"):
            Workers(queue, options(queue.renders), 1).__enter__()
        assert not (tmp_path / "target").exists()


def test_a_program_without_a_main_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import time\nfrom animator.jobs.messages import WorkerOptions\n"
        "from animator.jobs.queue import JobQueue\nfrom animator.jobs.workers import Workers\n"
        "from pathlib import Path\n"
        "options = WorkerOptions(Path('renders'), 'cpu')\n"
        "with JobQueue('renders') as queue, Workers(queue, options, 1) as all:\n"
        "    end = time.monotonic() + 60\n"
        "    while not all.problem and time.monotonic() < end: time.sleep(0.1)\n"
        "    print(all.problem)\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout == "worker 0 died: it ended with exit code 1\n"
    assert 'put what starts them under `if __name__ == "__main__":`' in done.stderr


def test_workers_that_cannot_start_are_tried_later_and_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatcher, "MAX_PAUSE_S", 0.0)
    monkeypatch.setattr("animator.jobs.workers.device_count", lambda name: 1)
    with JobQueue(tmp_path) as queue:
        workers = Workers(queue, WorkerOptions(tmp_path, "cuda:99"))
        with workers:
            job = queue.submit(JobRequest(preset=preset()))
            queue.wait(job.id, 15)
            assert "worker 0 cannot start: device cuda:99: not available" in workers.problem
            assert queue.get(job.id).state is JobState.QUEUED
    assert "it is started again in" in caplog.text


def test_what_ends_the_thread_is_told_and_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(pool: WorkerPool, timeout_s: float) -> None:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(WorkerPool, "messages", broken)
    with JobQueue(tmp_path) as queue:
        workers = Workers(queue, options(tmp_path), 1, open_obedient)
        with pytest.raises(ValueError, match="a mistake of ours"), workers:
            workers._thread.join(30)
            assert workers.problem == "ValueError: a mistake of ours"
        assert "are not rendered any more" in caplog.text


def test_a_store_that_cannot_be_written_for_a_while_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatcher, "RETRY_S", 0.01)
    failures = iter(range(1000))

    def failing(journal: Journal, message: object) -> None:
        if next(failures) % 3:
            raise JobStoreError("jobs.sqlite: the disk is full")
        note(journal, message)  # type: ignore[arg-type]

    note = Journal.note
    monkeypatch.setattr(Journal, "note", failing)
    with (
        caplog.at_level(logging.WARNING),
        JobQueue(tmp_path) as queue,
        Workers(queue, options(tmp_path), 1, open_obedient),
    ):
        job = queue.wait(queue.submit(JobRequest(preset=preset())).id, 60)
        assert job.state is SUCCEEDED and job.progress.done == 4
    assert "the disk is full; trying again" in caplog.text


def test_a_worker_that_does_not_stop_is_killed_and_the_wish_granted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "STOP_S", 0.5)
    with JobQueue(tmp_path) as queue, Workers(queue, options(tmp_path), 1, open_obedient):
        job = queue.submit(JobRequest(preset=preset("hang 1")))
        wait_until(queue, job, RUNNING, done=1)
        queue.pause(job.id)
        assert queue.wait(job.id, 30).state is JobState.PAUSED
        assert queue.wait(queue.submit(JobRequest(preset=preset())).id, 60).state is SUCCEEDED
