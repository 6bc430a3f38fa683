"""Trainings in a worker: progress, stop and resume, images in between, errors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from animator.generation.generate import generate
from animator.generation.settings import ImageSettings
from animator.jobs.attempt import Send
from animator.jobs.job import ErrorKind, JobPhase
from animator.jobs.messages import Advanced, Ended, FromWorker, Order, Prepared, Previewed, WorkerOptions
from animator.jobs.request import JobRequest
from animator.jobs.trainings.draft import check_request, draft_of_training
from animator.jobs.trainings.work import JobTraining
from animator.runs.stop_token import StopToken
from animator.training.finetune.state import STATE
from tests.animator.training.finetune.trainings import equal, write_images

CPU = torch.device("cpu")
SMALL: Mapping[str, Any] = {
    "name": "thing",
    "kind": "hypernetwork",
    "size": 64,
    "steps": 4,
    "preview": {"prompts": ["thing"], "steps": 1, "every": 2},
}


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """An order for a small training."""
    images = write_images(tmp_path / "images")
    request, _ = check_request(*draft_of_training(SMALL, str(images), tmp_path / "models"))
    return Order("job", request)


def _run(order: Order, place: Path, stop: StopToken | None = None, after: int = -1) -> list[FromWorker]:
    """Runs an order with what it reports; it is stopped once some steps are done."""
    said: list[FromWorker] = []
    token = stop or StopToken()

    def between() -> None:
        last = said[-1]
        if isinstance(last, Advanced) and last.progress.done == after and _trains(last):
            token.stop()

    options = WorkerOptions(place, "cpu", threads=1)
    send: Send = said.append
    said.append(JobTraining(order, options, CPU, send).run(token, between))
    return said


def _trains(message: FromWorker) -> bool:
    return isinstance(message, Advanced) and message.progress.phase is JobPhase.TRAINING


def test_a_training_reports_its_steps_sheets_and_result(order: Order, tmp_path: Path) -> None:
    said = _run(order, tmp_path / "renders")
    prepared = next(message for message in said if isinstance(message, Prepared))
    assert (prepared.title, prepared.frames) == ("thing", 4)
    assert prepared.folder == tmp_path / "renders" / "trainings" / "runs" / "thing" / "job"
    steps = [message.progress for message in said if isinstance(message, Advanced) and _trains(message)]
    assert {(one.done, one.frames) for one in steps} == {(done, 4) for done in range(5)}
    assert steps[-1].loss is not None and steps[-2].eta_s is not None
    assert [message.step for message in said if isinstance(message, Previewed)] == [0, 2, 4]
    assert said[-1] == Ended("job", (tmp_path / "models" / "hypernetworks" / "thing.safetensors",))
    assert (prepared.folder / "curve.jsonl").read_text().count("\n") == 1


def test_a_stopped_training_is_resumed_to_the_same_bits(order: Order, tmp_path: Path) -> None:
    _run(order, tmp_path / "whole")
    (tmp_path / "models" / "hypernetworks" / "thing.safetensors").unlink()
    stopped = _run(order, tmp_path / "parts", after=1)
    assert stopped[-1] == Ended("job", stopped=True)
    last = next(message for message in reversed(stopped) if isinstance(message, Advanced))
    folder = next(message.folder for message in stopped if isinstance(message, Prepared))
    resumed = _run(Order("job", order.request, folder, last.progress), tmp_path / "parts")
    assert isinstance(resumed[-1], Ended) and resumed[-1].error is None
    first = next(message for message in resumed if _trains(message))
    assert isinstance(first, Advanced) and first.progress.done == last.progress.done + 1
    run = Path("trainings") / "runs" / "thing" / "job" / STATE
    assert equal(load_file(tmp_path / "whole" / run), load_file(tmp_path / "parts" / run))


def test_images_that_are_made_between_steps_change_nothing(order: Order, tmp_path: Path) -> None:
    _run(order, tmp_path / "alone")
    (tmp_path / "models" / "hypernetworks" / "thing.safetensors").unlink()
    image = ImageSettings(prompt="a lake", size=(64, 64), steps=1)

    def between() -> None:
        generate(image, device=CPU)

    options = WorkerOptions(tmp_path / "between", "cpu", threads=1)
    ended = JobTraining(order, options, CPU, lambda _: None).run(StopToken(), between)
    assert ended.error is None
    run = Path("trainings") / "runs" / "thing" / "job" / STATE
    assert equal(load_file(tmp_path / "alone" / run), load_file(tmp_path / "between" / run))


def test_what_is_wrong_by_the_time_it_begins_is_the_error_of_the_job(order: Order, tmp_path: Path) -> None:
    for image in (tmp_path / "images").iterdir():
        image.write_bytes(b"no image any more")
    ended = _run(order, tmp_path / "renders")[-1]
    assert isinstance(ended, Ended) and ended.error is not None
    assert ended.error.kind is ErrorKind.SETTINGS and len(ended.error.problems) == 3


def test_a_full_disk_is_told_without_a_traceback(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "state.safetensors")

    monkeypatch.setattr("animator.models.write_tensors.save_file", full)
    ended = _run(order, tmp_path / "renders")[-1]
    assert isinstance(ended, Ended) and ended.error is not None
    assert ended.error.kind is ErrorKind.RENDERING
    assert "No space left" in ended.error.message and "Traceback" not in ended.error.message


def test_a_request_for_a_training_survives_the_store(order: Order) -> None:
    assert JobRequest.from_text(order.request.text()) == order.request
