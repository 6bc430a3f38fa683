"""What becomes of jobs that a worker process renders."""

from pathlib import Path
from typing import Any

import pytest

from animator.jobs.job import ErrorKind, Job, JobPhase, JobState
from animator.jobs.journal import MAX_ATTEMPTS
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.presets.load import dump, load
from animator.runs.run import Run
from animator.runs.run_settings import recorded_settings
from tests.animator.jobs.films import frames_of, pixels_of, preset, rendered_alone, wait_until

RUNNING, SUCCEEDED = JobState.RUNNING, JobState.SUCCEEDED


def submit(queue: JobQueue, prompt: str = "a lake", frames: int = 4, **more: Any) -> Job:
    return queue.submit(JobRequest(preset=preset(prompt, frames), **more))


def events(queue: JobQueue, job: Job, kind: str) -> list[str]:
    return [str(next(iter(event.data.values()))) for event in queue.events(job.id) if event.kind == kind]


def test_a_film_is_rendered_as_without_a_job(queue: JobQueue, tmp_path: Path) -> None:
    done = queue.wait(submit(queue).id, 90)
    assert done.state is SUCCEEDED and done.error is None and done.title == "lake"
    assert done.folder == queue.renders / "lake" / done.id and done.films == (done.folder / "lake.mp4",)
    assert done.films[0].exists() and frames_of(done.folder) == rendered_alone(preset(), tmp_path / "run")
    assert done.progress.phase is JobPhase.DONE and done.progress.share == 1.0
    assert done.created <= (done.started or 0) <= (done.ended or 0) <= done.updated
    assert events(queue, done, "status") == ["queued", "running", "succeeded"]
    assert events(queue, done, "phase") == ["preparing", "loading", "rendering", "encoding"]
    assert events(queue, done, "output") == [str(done.films[0])]


def test_settings_files_and_runs_are_rendered_too(queue: JobQueue) -> None:
    settings = {"max_frames": 3, "W": 64, "H": 64, "steps": 1, "seed": 5, "prompts": {"0": "a lake"}}
    first = queue.wait(queue.submit(JobRequest(settings=settings, overrides={"frames": 2})).id, 90)
    assert first.state is SUCCEEDED and len(frames_of(first.folder)) == 2
    again = queue.wait(queue.submit(JobRequest(run=str(first.folder), start=1)).id, 90)
    assert again.state is SUCCEEDED and again.folder == first.folder and again.request.start is None


def test_a_canceled_job_that_waits_never_runs(queue: JobQueue) -> None:
    running, waiting = submit(queue, "slow", 40), submit(queue)
    queue.cancel(waiting.id)
    queue.cancel(wait_until(queue, running, RUNNING, done=1).id)
    assert queue.wait(running.id, 90).state is JobState.CANCELED
    assert queue.wait(submit(queue).id, 90).state is SUCCEEDED
    assert events(queue, waiting, "status") == ["queued", "canceled"] and queue.get(waiting.id).folder is None


def test_a_job_is_paused_and_resumed_with_the_same_bits(queue: JobQueue, tmp_path: Path) -> None:
    job = submit(queue, "slow", 40)
    queue.pause(wait_until(queue, job, RUNNING, done=2).id)
    paused = queue.wait(job.id, 90)
    assert paused.state is JobState.PAUSED and paused.wanted == ""
    kept = frames_of(paused.folder)
    assert 2 <= len(kept) < 40 and paused.films == ()
    queue.resume(job.id)
    done = queue.wait(job.id, 90)
    assert done.state is SUCCEEDED and frames_of(done.folder) == rendered_alone(
        preset("slow", 40), tmp_path / "run"
    )
    assert kept.items() <= frames_of(done.folder).items()


def test_a_stop_acts_within_a_frame_and_keeps_the_finished_ones(queue: JobQueue) -> None:
    job = submit(queue, "endless 2")
    wait_until(queue, job, RUNNING, done=2)
    queue.cancel(job.id)
    canceled = queue.wait(job.id, 60)  # a frame takes ten minutes
    assert canceled.state is JobState.CANCELED and len(frames_of(canceled.folder)) == 2
    assert events(queue, job, "status")[-2:] == ["canceling", "canceled"]


def test_redo_equals_a_run_that_was_rendered_so(queue: JobQueue, tmp_path: Path) -> None:
    job = queue.wait(submit(queue, frames=5).id, 90)
    before = pixels_of(job.folder)
    queue.redo(job.id, 3, {"prompts": {0: "a lake", 3: "a forest"}})
    done = queue.wait(job.id, 90)
    assert done.state is SUCCEEDED and done.request.start is None
    changed = preset(frames=5, prompts={0: "a lake", 3: "a forest"})
    rendered_alone(changed, tmp_path / "run")
    assert pixels_of(done.folder) == pixels_of(tmp_path / "run")
    assert pixels_of(done.folder) != before


def test_broken_settings_are_reported_all_at_once(queue: JobQueue) -> None:
    broken = {**preset(), "fps": "fast", "size": [64, -1]}
    job = queue.wait(queue.submit(JobRequest(preset=broken, overrides={"diffusion.nix": 1})).id, 90)
    assert job.state is JobState.FAILED and job.folder is None and job.error is not None
    assert job.error.kind is ErrorKind.SETTINGS
    assert {problem.path for problem in job.error.problems} == {"fps", "size.1", "diffusion.nix"}
    assert "Traceback" not in job.error.message


@pytest.mark.parametrize("name", ["nowhere", "renders/../x", "a\nb: ["])
def test_a_request_that_cannot_be_read_fails_alone(queue: JobQueue, name: str) -> None:
    for request in (JobRequest(preset=name), JobRequest(run=name), JobRequest(settings=name)):
        job = queue.wait(queue.submit(request).id, 90)
        assert job.state is JobState.FAILED and job.error is not None
        assert job.error.kind is ErrorKind.SETTINGS and "Traceback" not in job.error.message


def test_another_films_run_is_not_taken_for_the_jobs_own(queue: JobQueue) -> None:
    other = queue.wait(submit(queue).id, 90)
    before = frames_of(other.folder)
    job = queue.wait(submit(queue, "a forest", folder=str(other.folder)).id, 90)
    assert job.state is JobState.FAILED and job.error is not None
    assert "was rendered with other settings" in job.error.message and frames_of(other.folder) == before


def test_an_error_of_a_library_fails_its_job_and_its_traceback_is_kept(queue: JobQueue) -> None:
    job = queue.wait(submit(queue, "raise 2").id, 90)
    assert job.state is JobState.FAILED and job.error is not None and job.folder is not None
    file = job.folder / "error.txt"
    assert job.error.message == f"RuntimeError: a library broke (traceback in {file})"
    assert job.error.kind is ErrorKind.RENDERING and "Traceback" in file.read_text()
    assert len(frames_of(job.folder)) == 2
    queue.resume(job.id)
    assert queue.wait(job.id, 90).state is JobState.FAILED and (job.folder / "error-2.txt").exists()
    assert queue.wait(submit(queue).id, 90).state is SUCCEEDED


def test_a_full_disk_fails_the_job_and_not_the_worker(queue: JobQueue) -> None:
    job = queue.wait(submit(queue, "full 1").id, 90)
    assert job.state is JobState.FAILED and job.error is not None
    assert job.error.kind is ErrorKind.RENDERING and "No space left on device" in job.error.message
    assert queue.wait(submit(queue).id, 90).state is SUCCEEDED


def test_a_job_whose_worker_is_killed_is_tried_again_with_the_same_bits(
    queue: JobQueue, tmp_path: Path
) -> None:
    prompt = f"once {tmp_path / 'killed'}"
    done = queue.wait(submit(queue, prompt).id, 90)
    assert done.state is SUCCEEDED and (tmp_path / "killed").exists() and done.attempts == 1
    assert frames_of(done.folder) == rendered_alone(preset(prompt), tmp_path / "run")
    (warning,) = events(queue, done, "warning")
    assert warning == "its worker died: it was ended by SIGKILL, as by the system when memory runs out"


def test_a_job_that_kills_every_worker_fails_and_the_next_one_is_rendered(queue: JobQueue) -> None:
    job, after = submit(queue, "die 2"), submit(queue)
    failed = queue.wait(job.id, 90)
    assert failed.state is JobState.FAILED and failed.error is not None and failed.attempts == MAX_ATTEMPTS
    assert failed.error.kind is ErrorKind.WORKER and "resume the job to try again" in failed.error.message
    assert 1 <= len(frames_of(failed.folder)) <= 2  # the second one may be drawn, and not on disk yet
    assert queue.wait(after.id, 90).state is SUCCEEDED


def test_the_run_of_a_job_can_be_resumed_without_it(queue: JobQueue) -> None:
    done = queue.wait(submit(queue).id, 90)
    assert done.folder is not None
    assert dump(recorded_settings(done.folder)) == dump(load(preset()))
    with Run.open(done.folder) as run:
        assert run.state().next_frame == 4
