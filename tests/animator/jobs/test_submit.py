"""`submit`: what may be submitted, and what is refused before it is queued."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import animator
from animator.errors import PresetError, UserError
from animator.jobs.job import JobState
from animator.jobs.queue import JobQueue
from animator.jobs.settings import film_of
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import dump, load
from animator.runs.render_run import render_run
from tests.animator.jobs.films import preset

SETTINGS = {"max_frames": 3, "W": 64, "H": 64, "prompts": {"0": "a lake"}}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def queued() -> list[animator.Job]:
    with JobQueue("renders") as queue:
        return queue.find()


def path_of_preset() -> Path:
    Path("film.yaml").write_text(dump(load(preset())))
    return Path("film.yaml")


@pytest.mark.parametrize(
    "film",
    [
        preset,
        path_of_preset,
        lambda: str(path_of_preset()),
        lambda: dump(load(preset())),
        lambda: load(preset()),
    ],
)
def test_a_film_is_submitted_in_any_form(film: Callable[[], Any]) -> None:
    job = animator.submit(film(), overrides={"frames": 9}, labels={"shot": "7"}, priority=3)
    assert (job.labels, job.priority) == ({"shot": "7"}, 3)
    assert queued() == [job] and job.state is JobState.QUEUED
    assert dump(film_of(job.request)) == dump(load(preset(frames=9)))


def test_a_job_keeps_the_settings_of_its_submission() -> None:
    path = path_of_preset()
    job = animator.submit(path)
    path.unlink()
    assert film_of(job.request) == load(preset())


@pytest.mark.parametrize("form", ["mapping", "text", "path"])
def test_deforum_settings_are_submitted_in_any_form(form: str) -> None:
    Path("settings.txt").write_text(json.dumps(SETTINGS))
    source: Any = {"mapping": SETTINGS, "text": json.dumps(SETTINGS), "path": "settings.txt"}[form]
    film = film_of(animator.submit(settings=source).request)
    assert film.frames == 3 and film.size == (64, 64)


def test_every_problem_is_reported_before_anything_is_queued() -> None:
    broken = {**preset(), "fps": "fast"}
    with pytest.raises(PresetError) as caught:
        animator.submit(broken, overrides={"diffusion.nix": 1})
    assert {problem.path for problem in caught.value.problems} == {"fps", "diffusion.nix"}
    assert not Path("renders").exists()
    assert animator.submit(broken, check=False).request.preset == broken


def test_a_run_is_submitted_by_its_folder() -> None:
    render_run(load(preset()), "run", diffuser=FakeDiffuser(), device="cpu")
    assert animator.submit(run="run").request.run == str(Path("run").absolute())
    assert animator.submit(run="run", start=2, overrides={"frames": 6}).request.start == 2
    with pytest.raises(UserError, match="overrides change a run from a frame on; give that frame as start"):
        animator.submit(run="run", overrides={"frames": 6})
    with pytest.raises(PresetError, match="nowhere"):
        animator.submit(run="nowhere")


def test_what_is_no_job_is_refused() -> None:
    with pytest.raises(UserError, match="a job has no film"):
        animator.submit()
    with pytest.raises(UserError, match="a job has preset and settings"):
        animator.submit(preset(), settings=SETTINGS)
    with pytest.raises(UserError, match="start is a frame of a run; give the run"):
        animator.submit(preset(), start=3)
    with pytest.raises(UserError, match=r"nowhere\.txt: cannot be read: .*; expected a Deforum"):
        animator.submit(settings="nowhere.txt")
    with pytest.raises(UserError, match="priority 5000"):
        animator.submit(preset(), priority=5000)
    assert not Path("renders").exists()
