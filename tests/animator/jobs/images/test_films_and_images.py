"""Films and images share a worker: neither waits for the end of the other, and no film changes."""

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from animator.jobs.images.desk import ImageDesk
from animator.jobs.images.messages import End
from animator.jobs.images.work import Generation
from animator.jobs.job import JobState
from animator.jobs.journal import MAX_ATTEMPTS, Journal
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.jobs.workers import Workers
from tests.animator.jobs.films import frames_of, options, preset
from tests.animator.jobs.images.asking import ended, small, until


def other(**settings: Any) -> Generation:
    """Images by a model that the film, whose diffuser is a fake, does not share."""
    return small(memory="low", **settings)


def test_images_are_made_between_the_frames_of_a_film_which_stays_the_same(tmp_path: Path) -> None:
    film = preset(frames=12, model="starter")
    desk = ImageDesk()
    with JobQueue(tmp_path) as queue, Workers(queue, options(tmp_path), 1, images=desk):
        alone = queue.wait(queue.submit(JobRequest(preset=film)).id)
        job = queue.submit(JobRequest(preset=film))
        finished = []
        for seed in (5, 6):
            # An image has another prompt, size, sampler and LoRA state than the film's frames.
            task = desk.submit(small(seed=seed, prompt="(night:1.3)", tiling=True, sampler="DPM++ 2M Karras"))
            assert ended(desk, task.id).error is None
            finished.append(queue.get(job.id).state)
        done = queue.wait(job.id)
        assert done.state is JobState.SUCCEEDED
        assert finished[0] is JobState.RUNNING, "the image waited for the end of the film"
        assert frames_of(done.folder) == frames_of(alone.folder)


def test_an_image_does_not_stop_with_the_film_and_the_film_not_with_the_image(
    queue: JobQueue, desk: ImageDesk
) -> None:
    job = queue.submit(JobRequest(preset=preset(prompt="slow", frames=200)))
    task = desk.submit(other(steps=200))
    until(desk, task.id, lambda task: task.progress.step > 0)
    queue.cancel(job.id)
    assert ended(desk, task.id).error is None and len(desk.get(task.id).images) == 1
    assert queue.wait(job.id).state is JobState.CANCELED

    job = queue.submit(JobRequest(preset=preset(frames=6)))
    task = desk.submit(other(steps=1000))
    until(desk, task.id, lambda task: task.progress.step > 0)
    desk.end_current(End.INTERRUPT)
    assert ended(desk, task.id).error is None
    assert queue.wait(job.id).state is JobState.SUCCEEDED


def test_a_worker_that_dies_of_images_takes_nothing_else_with_it(tmp_path: Path) -> None:
    desk, others = ImageDesk(), multiprocessing.active_children()
    with JobQueue(tmp_path) as queue, Workers(queue, options(tmp_path), 1, images=desk):
        job = queue.submit(JobRequest(preset=preset(frames=8, model="starter")))
        task = desk.submit(small(steps=1000))
        until(desk, task.id, lambda task: task.progress.step > 0)
        (worker,) = set(multiprocessing.active_children()) - set(others)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        error = ended(desk, task.id).error
        assert error is not None and "SIGKILL" in error.message
        done = queue.wait(job.id)
        assert done.state is JobState.SUCCEEDED and done.attempts == 0


def test_a_film_is_not_blamed_for_what_images_did_to_its_worker(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue:
        journal, job = Journal(queue.store), queue.submit(JobRequest(preset=preset()))
        for _ in range(MAX_ATTEMPTS + 1):
            assert queue.store.take_next() is not None
            journal.gave_way(job.id, "it was ended by SIGKILL")
        assert queue.get(job.id).state is JobState.QUEUED
        warnings = [event.data["message"] for event in queue.events(job.id) if event.kind == "warning"]
        assert (
            warnings[0] == "its worker died while it made images for somebody else: it was ended by SIGKILL"
        )
