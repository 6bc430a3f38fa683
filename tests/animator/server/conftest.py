"""Fixtures of the server's tests."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from animator.jobs.job import Job, JobPhase, JobProgress, JobState
from animator.jobs.request import JobRequest
from animator.runs.render_run import render_run
from animator.server.options import ServerOptions
from animator.settings import Animation
from tests.animator.server.running import Command, Local, local_server, serving
from tests.fakes import QUIET, CountingGrays

SETTINGS = {
    **QUIET,
    "name": "lake, ü",
    "size": [64, 64],
    "frames": 3,
    "prompts": "a lake",
    "output": {"subtitles": ["all"], "make_gif": True},
    "diffusion": {"seed": 7},
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A server in this process, whose jobs nobody renders."""
    options = ServerOptions(port=0, renders=tmp_path_factory.mktemp("renders"))
    with local_server(options) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The real server, with a worker."""
    with serving(tmp_path_factory.mktemp("renders")) as command:
        yield command


@pytest.fixture(scope="session")
def image_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The real server with the built-in model; for images and films that leave nothing behind."""
    with serving(tmp_path_factory.mktemp("renders"), module="animator") as command:
        yield command


@pytest.fixture(scope="module")
def finished(local: Local) -> Job:
    """A job of `local` whose film is finished."""
    return add_finished(local)


def add_finished(local: Local) -> Job:
    """Adds a job whose film is finished."""
    animation = Animation.model_validate(SETTINGS)
    job = add_running(local)
    assert job.folder is not None
    made = render_run(animation, job.folder, diffuser=CountingGrays(), device="cpu")
    local.queue.store.change(
        job.id,
        [JobState.RUNNING],
        state=JobState.SUCCEEDED,
        films=(made.film, *made.extra_films),
        progress=JobProgress(JobPhase.DONE, animation.frames, animation.frames),
        ended=job.created + 5,
    )
    return local.queue.get(job.id)


def add_running(local: Local) -> Job:
    """Adds a job that a worker has, with a run folder that is still to be written."""
    job = local.queue.submit(JobRequest(preset=SETTINGS, priority=1000))
    taken = local.queue.store.take_next()
    assert taken is not None and taken.id == job.id
    title = str(SETTINGS["name"])
    folder = local.queue.renders / title / job.id
    local.queue.store.change(
        job.id,
        [JobState.RUNNING],
        title=title,
        folder=folder,
        progress=replace(job.progress, phase=JobPhase.RENDERING, frames=3),
    )
    return local.queue.get(job.id)


def frame_file(job: Job, frame: int) -> Path:
    """The file of a frame."""
    assert job.folder is not None
    return job.folder / "frames" / f"{frame:09d}.png"
