"""Films whose in-betweens a video model generates, from the command line: checked, killed, resumed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.animator.models.video import tiny_video_models

ROOT = Path(__file__).parents[3]
PRESET = """
mode: 2d
size: 64
frames: {frames}
prompts: {{0: a lake, 6: a forest}}
motion: {{zoom: 1.05}}
diffusion:
  seed: 5
  steps: 2
  strength: 0.5
  cadence: {cadence}
  cadence_blend: video
  tween_model: {model}
  tween_steps: 2
  model_folders: [models]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model in `models`."""
    folder = tmp_path_factory.mktemp("place")
    tiny_video_models.saved(tiny_video_models.wan(), folder / "models" / "tiny-wan")
    return folder


def preset(place: Path, name: str, model: str, cadence: object = 3, frames: int = 20) -> Path:
    path = place / f"{name}.yaml"
    path.write_text(PRESET.format(model=model, cadence=cadence, frames=frames))
    return path


def started(place: Path, *args: object) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "run.py"), *map(str, args)]
    return subprocess.Popen(
        command, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def animator(place: Path, *args: object) -> tuple[int, str]:
    """The exit code and all output of a command."""
    process = started(place, *args)
    out, error = process.communicate()
    return process.returncode, out + error


def frames(run: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((run / "frames").glob("*.png"))]


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_film_that_was_killed_has_the_frames_of_one_that_never_stopped(place: Path) -> None:
    path, whole, killed = preset(place, "film", "tiny-wan"), place / "whole", place / "killed"
    code, said = animator(place, "render", path, "--device", "cpu", "--out", whole)
    assert code == 0, said
    child = started(place, "render", path, "--device", "cpu", "--out", killed)
    while not list(killed.glob("frames/*7.png")) and child.poll() is None:
        time.sleep(0.01)
    child.kill()
    child.communicate()
    assert 0 < len(frames(killed)) < 20

    weights = place / "models" / "tiny-wan" / "transformer" / "diffusion_pytorch_model.safetensors"
    before = weights.read_bytes()
    weights.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    resume = ("render", path, "--device", "cpu", "--out", killed, "--resume")
    code, said = animator(place, *resume)
    assert code == 2 and "diffusion.tween_model: tiny-wan: has changed" in said, said
    weights.write_bytes(before)
    code, said = animator(place, *resume)
    assert code == 0, said
    assert frames(killed) == frames(whole) and len(set(frames(whole))) == 20


def test_problems_of_the_model_come_with_all_others(place: Path) -> None:
    path = preset(place, "wrong", "nothing")
    code, said = animator(place, "check", path, "--set", "diffusion.vae=nowhere")
    assert code == 2 and "diffusion.vae: nowhere" in said
    assert "diffusion.tween_model: model nothing: there is no such folder or file" in said


def test_a_check_counts_what_the_video_model_generates(place: Path) -> None:
    code, said = animator(place, "check", preset(place, "counted", "tiny-wan"))
    assert code == 0, said
    assert "6 times the in-betweens by a video model, 12 steps" in said
    assert "on this machine's CPU (rule of thumb; animator bench measures it), besides the time of" in said
    assert "of every 4 images that the video model generates, the 3 nearest in time are shown" in said
    code, said = animator(place, "check", preset(place, "even", "tiny-wan", "'0:(1), 1:(4)'"))
    assert "5 times the in-betweens" in said and "nearest in time" not in said


def test_without_in_betweens_no_video_model_is_needed(place: Path) -> None:
    path = preset(place, "single", "nothing", cadence=1, frames=2)
    code, said = animator(place, "render", path, "--device", "cpu", "--out", place / "single")
    assert code == 0, said
    inputs = json.loads((place / "single" / "run.json").read_text())["inputs"]
    assert all(entry["setting"] != "diffusion.tween_model" for entry in inputs)
