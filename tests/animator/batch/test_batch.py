"""Batches: films share a model, fail alone, and are resumed where they stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.batch.plan import BatchJob, plan_batch
from animator.batch.run import batch_folder, run_batch
from animator.batch.summary import table
from animator.batch.task import Outcome, Status, Task
from animator.errors import RunError
from animator.models.device import ComputeOptions
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import GenerationRequest
from animator.starter import model_folder
from tests.animator.film.facts import facts_of

ROOT = Path(__file__).parents[3]
CPU = ComputeOptions("cpu", threads=1)


class Fakes:
    """Opens fake models and counts them; one of them may stop or break."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.at: dict[str, BaseException] = {}

    def open(self, animation: Any, device: object) -> "Fakes":
        self.opened.append(animation.diffusion.vae)
        return self

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        prompt = request.prompt.positive
        if request.frame == 2 and prompt in self.at:
            raise self.at.pop(prompt)
        return FakeDiffuser().generate(request)


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


def preset(folder: Path, name: str, **more: str) -> Path:
    path = folder / f"{name}.yaml"
    lines = {"schema": "1", "name": name, "prompts": f"'{name}'", "size": "[64, 64]", "frames": "4", **more}
    path.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    return path


def ten(folder: Path) -> tuple[Path, ...]:
    """Eight films and two broken presets."""
    good = [preset(folder, f"film{number}", diffusion=f"{{seed: {number}}}") for number in range(8)]
    broken = [preset(folder, "broken1", frames="many"), preset(folder, "broken2", framez="3")]
    return (*good[:3], broken[0], *good[3:], broken[1])


def summary_of(out: Path) -> dict[str, Any]:
    return json.loads((out / "batch.json").read_text())


def frames(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.glob("*/frames/*.png"))}


def test_a_failed_film_does_not_stop_the_others(
    tmp_path: Path, fakes: Fakes, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.at["film4"] = RuntimeError("out of memory")
    out = tmp_path / "out"
    assert run_batch(BatchJob(ten(tmp_path), out, compute=CPU), 1, fakes.open) == 1
    summary = summary_of(out)
    assert summary["counts"] == {"waiting": 0, "finished": 7, "failed": 3, "stopped": 0}
    by_name = {Path(film["preset"]).stem: film for film in summary["films"]}
    assert "frames: input should be a valid integer" in by_name["broken1"]["error"]
    assert "did you mean `frames`?" in by_name["broken2"]["error"]
    assert by_name["film4"]["error"].startswith("RuntimeError: out of memory")
    assert by_name["film4"]["done"] == 2 and by_name["film4"]["frames"] == 4
    assert "Traceback" in (out / "film4" / "error.txt").read_text()
    assert all(facts_of(Path(by_name[f"film{i}"]["films"][0])).frames == 4 for i in range(8) if i != 4)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 12 and printed[-1] == "7 finished, 3 failed"
    assert printed[1].split()[1:4] == ["finished", "4/4", printed[1].split()[3]]


def test_resuming_finishes_the_rest_and_touches_nothing_else(tmp_path: Path, fakes: Fakes) -> None:
    films, out, whole = ten(tmp_path), tmp_path / "out", tmp_path / "whole"
    run_batch(BatchJob(films, whole, compute=CPU), 1, fakes.open)
    fakes.at["film3"] = KeyboardInterrupt()
    assert run_batch(BatchJob(films, out, compute=CPU), 1, fakes.open) == 130
    assert summary_of(out)["counts"] == {"waiting": 4, "finished": 3, "failed": 2, "stopped": 1}
    films_before = {path: path.stat().st_mtime_ns for path in out.glob("*/*.mp4")}
    assert len(films_before) == 4  # three, and the part of the fourth
    assert (
        run_batch(BatchJob(films, out, resume=True, compute=CPU), 1, fakes.open) == 1
    )  # two are broken still
    assert summary_of(out)["counts"] == {"waiting": 0, "finished": 8, "failed": 2, "stopped": 0}
    assert frames(out) == frames(whole)
    after = {path: path.stat().st_mtime_ns for path in out.glob("*/*.mp4")}
    assert all(after[path] == films_before[path] for path in films_before if ".part." not in path.name)


@pytest.mark.parametrize("lost", [0, 1])
def test_a_film_is_not_finished_while_one_of_its_videos_is_missing(
    tmp_path: Path, fakes: Fakes, lost: int
) -> None:
    film = preset(tmp_path, "lake", diffusion="{seed: 1}", frame_interpolation="{engine: flow}")
    job = BatchJob((film,), tmp_path / "out", compute=CPU, resume=True)
    assert run_batch(job, 1, fakes.open) == 0
    (whole,) = plan_batch(job, print).outcomes
    assert whole.status is Status.FINISHED and len(whole.films) == 2
    whole.films[lost].unlink()
    (again,) = plan_batch(job, print).outcomes
    assert again.status is Status.WAITING


def test_a_corrected_preset_is_rendered_when_the_batch_is_resumed(tmp_path: Path, fakes: Fakes) -> None:
    films, out = (preset(tmp_path, "a"), preset(tmp_path, "b", frames="many")), tmp_path / "out"
    assert run_batch(BatchJob(films, out, compute=CPU), 1, fakes.open) == 1
    preset(tmp_path, "b")
    assert run_batch(BatchJob(films, out, resume=True, compute=CPU), 1, fakes.open) == 0


def test_other_settings_are_refused_for_a_film_that_has_frames(tmp_path: Path, fakes: Fakes) -> None:
    films, out = (preset(tmp_path, "a"), preset(tmp_path, "b")), tmp_path / "out"
    run_batch(BatchJob(films, out, compute=CPU), 1, fakes.open)
    before = frames(out)
    assert run_batch(BatchJob(films, out, ("motion.angle=3",), resume=True, compute=CPU), 1, fakes.open) == 1
    assert "motion.angle: was 0, now 3" in summary_of(out)["films"][0]["error"] and frames(out) == before


def test_films_that_share_a_model_load_it_once(tmp_path: Path, fakes: Fakes) -> None:
    def with_vae(name: str, vae: str) -> Path:
        return preset(tmp_path, name, diffusion=f"{{vae: '{vae}', seed: 1}}")

    vae = str(model_folder() / "vae")
    mixed = (with_vae("a", ""), with_vae("b", vae), with_vae("c", ""), with_vae("d", vae))
    job = BatchJob(mixed, tmp_path / "out", compute=CPU)
    assert [task.preset.stem for task in plan_batch(job, print).waiting] == ["a", "c", "b", "d"]
    assert run_batch(job, 1, fakes.open) == 0
    assert fakes.opened == ["", vae]
    assert [film["preset"] for film in summary_of(tmp_path / "out")["films"]] == [str(path) for path in mixed]


def test_a_film_is_the_same_alone_and_in_a_batch(tmp_path: Path, fakes: Fakes) -> None:
    films = (preset(tmp_path, "a"), preset(tmp_path, "b"))
    for number, chosen in enumerate((films, films[1:])):
        run_batch(BatchJob(chosen, tmp_path / str(number), ("diffusion.seed=5",), compute=CPU), 1, fakes.open)
    alone, together = frames(tmp_path / "1"), frames(tmp_path / "0")
    assert alone == {name: data for name, data in together.items() if name.startswith("b")}


def test_a_batch_is_not_started_twice(tmp_path: Path, fakes: Fakes) -> None:
    job = BatchJob((preset(tmp_path, "a"),), tmp_path / "out", compute=CPU)
    run_batch(job, 1, fakes.open)
    with pytest.raises(RunError, match=r"already holds a batch. Resume the batch in .*, or choose"):
        run_batch(job, 1, fakes.open)
    anew = BatchJob(job.presets, tmp_path / "new", resume=True, compute=CPU)
    assert run_batch(anew, 1, fakes.open) == 0  # so that one command does for both


def test_presets_of_the_same_name_have_their_own_folders(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    films = (preset(tmp_path, "a"), preset(tmp_path / "other", "a"), preset(tmp_path, "a"))
    plan = plan_batch(BatchJob(films, tmp_path / "out", compute=CPU), print)
    assert [outcome.task.folder.name for outcome in plan.outcomes] == ["a", "a-2"]


def test_the_newest_batch_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert batch_folder(None, resume=True).parent == Path("renders/batch")  # there is none yet
    for stamp in ("20260101-000000", "20260102-000000"):
        (Path("renders/batch") / stamp).mkdir(parents=True)
        (Path("renders/batch") / stamp / "batch.json").write_text("{}")
    assert batch_folder(None, resume=True) == Path("renders/batch/20260102-000000")


def test_the_table_shows_the_first_line_of_an_error() -> None:
    task = Task(Path("a.yaml"), Path("out/a"))
    error = "2 problems in a.yaml\n  a.yaml: fps: is wrong\n  more"
    shown = table([Outcome(task, Status.FAILED, error=error), Outcome(task, frames=3)]).splitlines()
    assert shown[1].split("  ")[-1] == "a.yaml: fps: is wrong" and "0/3" in shown[2]


def animator(*args: object) -> list[str]:
    return [sys.executable, str(ROOT / "run.py"), "batch", *map(str, args), "--device", "cpu"]


STEPS = ("--set", "diffusion.steps=2")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The frames of the ten films, rendered without a break."""
    folder = tmp_path_factory.mktemp("whole")
    done = subprocess.run(animator(*ten(folder), *STEPS, "--out", folder / "out"), capture_output=True)
    assert done.returncode == 1
    return frames(folder / "out")


@pytest.mark.slow
@pytest.mark.timeout(900)  # two sessions, each of which loads the model once or twice
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_batch_is_resumed(
    tmp_path: Path, whole: dict[str, bytes], jobs: int, kill: signal.Signals
) -> None:
    out = tmp_path / "out"
    command = animator(*ten(tmp_path), *STEPS, "--jobs", jobs, "--out", out)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    while not list(out.glob("film[34]/state.safetensors")):
        time.sleep(0.05)
        assert process.poll() is None
    os.killpg(process.pid, kill)
    process.communicate()
    assert process.returncode == (130 if kill == signal.SIGINT else -signal.SIGKILL)
    assert 0 < summary_of(out)["counts"]["finished"] < 8
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True)
    assert done.returncode == 1 and "8 finished, 2 failed" in done.stdout and "Traceback" not in done.stderr
    assert frames(out) == whole and len(whole) == 32


def test_resuming_keeps_the_durations_of_finished_films(tmp_path: Path, fakes: Fakes) -> None:
    job = BatchJob((preset(tmp_path, "a"),), tmp_path / "out", resume=True, compute=CPU)
    run_batch(job, 1, fakes.open)
    (before,) = summary_of(job.out)["films"]
    run_batch(job, 1, fakes.open)
    assert summary_of(job.out)["films"] == [before] and before["seconds"] > 0


def test_another_format_makes_the_film_again_from_its_frames(tmp_path: Path, fakes: Fakes) -> None:
    films, out = (preset(tmp_path, "a"),), tmp_path / "out"
    run_batch(BatchJob(films, out, compute=CPU), 1, fakes.open)
    before = frames(out)
    assert (
        run_batch(BatchJob(films, out, ("output.format=mkv",), resume=True, compute=CPU), 1, fakes.open) == 0
    )
    (film,) = summary_of(out)["films"]
    assert Path(film["films"][0]).name == "a.mkv" and facts_of(out / "a" / "a.mkv").frames == 4
    assert frames(out) == before
