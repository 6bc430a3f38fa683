"""Trainings for tests of the server: data sets, and jobs that are trained by hand."""

from pathlib import Path
from typing import Any

import torch

from animator.jobs.job import Job, JobPhase, JobProgress, JobState
from animator.jobs.messages import Ended, FromWorker, Order, Prepared, Previewed, WorkerOptions
from animator.jobs.trainings.work import JobTraining
from animator.runs.stop_token import StopToken
from tests.animator.server.v1.api import Api
from tests.animator.training.finetune.trainings import write_images

URL = "/api/v1/trainings"
SMALL: dict[str, Any] = {
    "name": "thing",
    "kind": "hypernetwork",
    "size": 64,
    "steps": 2,
    "preview": {"prompts": ["thing"], "steps": 1},
}


def put_images(api: Api, place: Path, name: str = "robot", count: int = 3) -> None:
    """Puts random images into a data set."""
    for path in sorted(write_images(place / "own", count).iterdir()):
        answer = api.client.put(f"/api/v1/datasets/{name}/files/{path.name}", content=path.read_bytes())
        assert answer.status_code == 204, answer.text


def submit(api: Api, **settings: Any) -> Any:
    """Submits a small training of the data set and returns the answer's object."""
    body = {"folder": "datasets/robot", "settings": {**SMALL, **settings}}
    answer = api.client.post(URL, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def train(api: Api) -> Job:
    """Takes the next job and trains it, as a worker does; returns it as it is then."""
    store = api.queue.store
    job = store.take_next()
    assert job is not None

    def note(message: FromWorker) -> None:
        if isinstance(message, Prepared):
            store.change(job.id, [JobState.RUNNING], title=message.title, folder=message.folder)
        elif isinstance(message, Previewed):
            store.add_event(job.id, "preview", {"step": message.step})

    options = WorkerOptions(api.queue.renders, "cpu", threads=1)
    order = Order(job.id, job.request)
    ended: Ended = JobTraining(order, options, torch.device("cpu"), note).run(StopToken())
    assert ended.error is None, ended.error
    store.change(
        job.id,
        [JobState.RUNNING],
        state=JobState.SUCCEEDED,
        films=ended.films,
        progress=JobProgress(JobPhase.DONE, 2, 2),
        ended=job.created + 5,
    )
    return api.queue.get(job.id)
