"""`--from` on the command line: a run is changed only once everything is checked."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from animator.presets.load import load
from animator.runs.render_run import open_run, render_run
from tests.animator.cli.in_process import animator

ROOT = Path(__file__).parents[3]
PRESET = """
name: film
prompts: a lake
size: [64, 64]
frames: 10
diffusion: {seed: 3, steps: 2, cadence: 2}
motion: {zoom: 1.02}
"""
KILLED_AT = """
import os, signal, sys
from animator.cli.app import main
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs import run
calls, write = iter(range(1000)), run.atomic_write
def killed_at(path, data):
    if next(calls) == int(os.environ["AT"]):
        os.kill(os.getpid(), int(os.environ["SIGNAL"]))
    write(path, data)
run.atomic_write = killed_at
main(lambda *_, **__: FakeDiffuser())
"""


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def frames(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in content(folder).items() if name.startswith("frames/")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the film's preset and its finished run."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "film.yaml").write_text(PRESET)
    with open_run(load(folder / "film.yaml"), folder / "run", resume=False) as run:
        render_run(run, device="cpu")
    return folder


@pytest.fixture
def film(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The preset of a finished run beside it; both are a copy."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "film.yaml"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "size=[128,64]",
            "size: is 128 x 64, and frames 0 to 5 of run stay at 64 x 64; expected size: [64, 64]",
        ),
        ("frames=6", "frame 6: is not in the film, which has 6 frames; expected a frame from 0 to 5"),
        ("model=gone.safetensors", "there is no such folder or file"),
        ("prompts=a lake <lora:gone:1>", "there is no gone.safetensors"),
        ("init.image=gone.png", "there is no such file"),
        ("motion.zoom=0:(1/(t-8))", "motion.zoom"),
        ("sound={add_soundtrack: File, soundtrack_path: gone.mp3}", "gone.mp3"),
        ("output={format: mp4, codec: vp9}", "vp9"),
        ("mode=video", "video.path"),
        ("diffusion.optical_flow_cadence=RAFT", "RAFT needs the path of its weights"),
    ],
)
def test_a_change_that_cannot_work_leaves_the_run_as_it_is(
    film: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, change: str, told: str
) -> None:
    monkeypatch.setenv("TORCH_HOME", "empty")
    run = film.with_name("run")
    before = content(run)
    code, said = animator(capsys, "render", film, "--out", "run", "--from", 6, "--set", change)
    assert code == 2 and told in said and "resume with" not in said
    assert content(run) == before


def test_after_a_refused_change_the_run_is_resumed_and_rendered_again(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = film.with_name("run")
    before = frames(run)
    again = ("render", film, "--out", "run", "--from", 6)
    assert animator(capsys, *again, "--set", "size=[128,64]")[0] == 2
    assert animator(capsys, "resume", "run")[0] == 0
    assert animator(capsys, *again)[0] == 0
    assert frames(run) == before


def test_a_run_is_not_rendered_again_from_a_frame_it_does_not_have(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animator(capsys, "render", film, "--out", "run", "--from", 4, "--frames", "2:4")[0] == 0
    code, said = animator(capsys, "render", film, "--out", "run", "--from", 8)
    assert code == 2 and "run: has 4 finished frames" in said and "expected a frame from 0 to 4" in said
    assert animator(capsys, "render", film, "--out", "run", "--from", 4)[0] == 0
    assert len(frames(film.with_name("run"))) == 10


def test_another_cadence_begins_where_both_films_have_a_generated_frame(
    film: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run = film.with_name("run")
    before = frames(run)
    code, _ = animator(capsys, "render", film, "--out", run, "--from", 7, "--set", "diffusion.cadence=4")
    assert code == 0 and "frame 7 is an in-between; frames are rendered again from 4" in caplog.text
    assert [name for name, data in frames(run).items() if before[name] == data] == [
        f"frames/{frame:09d}.png" for frame in range(4)
    ]


def test_a_finished_film_is_made_longer(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = film.with_name("run")
    before = frames(run)
    assert animator(capsys, "render", film, "--out", run, "--frames", 14, "--from", 9)[0] == 0
    assert len(frames(run)) == 14 and frames(run).items() > dict(list(before.items())[:8]).items()
    assert animator(capsys, "render", film, "--out", run, "--frames", 18, "--from", 14)[0] == 0
    assert len(frames(run)) == 18


@pytest.mark.parametrize(
    ("at", "stop"),
    [
        (1, signal.SIGINT),
        *(
            pytest.param(at, signal.SIGKILL, marks=[pytest.mark.slow] if at != 1 else [])
            for at in (0, 1, 2, 3, 5)
        ),
    ],
)
def test_a_rewind_that_is_killed_leaves_a_run_that_resumes(film: Path, stop: signal.Signals, at: int) -> None:
    def run(*more: str, at: int = 999) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "AT": str(at), "SIGNAL": str(int(stop))}
        command = [sys.executable, "-c", KILLED_AT, *more]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    whole, other = ("render", str(film), "--out", "run"), ("--from", "6", "--set", "motion.angle=3")
    shutil.rmtree(film.with_name("run"))
    assert run(*whole).returncode == 0
    before = frames(film.with_name("run"))
    killed = run(*whole, *other, at=at)
    assert killed.returncode == (130 if stop is signal.SIGINT else -9), killed.stderr
    if stop is signal.SIGINT:
        words = killed.stderr.splitlines()[-1].split()[1:]
        assert run(*[word.strip("'") for word in words]).returncode == 0
    else:
        assert run("resume", "run").returncode == 0
    assert run(*whole, *other).returncode == 0
    redone = frames(film.with_name("run"))
    assert [redone[name] == data for name, data in before.items()] == [True] * 6 + [False] * 4


def test_a_film_without_a_seed_keeps_that_of_its_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(PRESET.replace("seed: 3, ", ""))
    assert animator(capsys, "render", "film.yaml", "--out", "run", "--frames", "4")[0] == 0
    before = frames(Path("run"))
    code, printed = animator(capsys, "render", "film.yaml", "--out", "run", "--frames", "4", "--from", "2")
    assert code == 0 and "seed -1" not in printed
    assert frames(Path("run")) == before
