"""encode, batch and frames on standard output, as a script sees them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.animator.film.facts import facts_of

ROOT = Path(__file__).parents[3]
FILM = """
schema: 1
name: pond
size: [64, 64]
frames: 4
fps: 29.97
prompts: a pond
diffusion: {steps: 2, seed: 1}
"""


def animator(*args: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "run.py"), *map(str, args)]
    return subprocess.run(command, capture_output=True, cwd=cwd, env=environment)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a preset, and the run of it that was piped into y4m."""
    folder = tmp_path_factory.mktemp("films")
    (folder / "pond.yaml").write_text(FILM)
    done = animator("render", "pond.yaml", "--device", "cpu", "-o", "-", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert b"the frames are in renders/pond/" in done.stderr
    (folder / "pond.y4m").write_bytes(done.stdout)
    (run,) = (folder / "renders" / "pond").iterdir()
    run.rename(folder / "run")
    return folder


def test_rendered_frames_come_out_of_the_pipe(here: Path) -> None:
    facts = facts_of(here / "pond.y4m")
    assert (facts.frames, facts.size, facts.fps, facts.pixels) == (4, (64, 64), 29.97, "yuv444p")
    assert len(list((here / "run" / "frames").glob("*.png"))) == 4
    assert not list((here / "run").glob("*.mp4"))


def test_encode_prints_the_paths_of_the_films(here: Path) -> None:
    again = animator("encode", "run", "--format", "webm", "--set", "output.make_gif=true", cwd=here)
    assert again.stdout.decode().splitlines() == ["run/pond.webm", "run/pond.gif"], again.stderr
    other = animator("encode", "run", "--out", "other.mov", "--set", "output.preset=proxy", cwd=here)
    assert other.stdout.decode() == "other.mov\n"
    assert (facts_of(here / "other.mov").codec, facts_of(here / "other.mov").frames) == ("prores", 4)


def test_encode_writes_raw_frames(here: Path) -> None:
    done = animator("encode", "run", "-o", "-", "--raw", cwd=here)
    assert (done.returncode, len(done.stdout)) == (0, 4 * 64 * 64 * 3)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--set", "sound.soundtrack_path=nix.mp3"], b"nix.mp3: there is no such sound file"),
        (["--set", "output.preset=warp"], b"output: preset: is 'warp'; libx264 has ultrafast"),
    ],
    ids=lambda args: str(args[0]) if isinstance(args, list) else "",
)
def test_mistakes_are_reported(here: Path, args: list[str], message: bytes) -> None:
    done = animator("encode", "run", *args, cwd=here)
    assert done.returncode == 2 and b"Traceback" not in done.stderr
    assert message in done.stderr.replace(b"\n", b" ")


def test_batch_of_presets(here: Path) -> None:
    (here / "broken.yaml").write_text("schema: 1\nframes: many\n")
    done = animator("batch", "pond.yaml", "broken.yaml", "--out", "many", "--device", "cpu", cwd=here)
    assert done.returncode == 1
    assert done.stdout.decode().splitlines()[-1] == "1 finished, 1 failed"
    assert facts_of(here / "many" / "pond" / "pond.mp4").frames == 4
