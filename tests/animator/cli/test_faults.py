"""Faults of disk and encoder: they are reported, and no finished frame is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from imageio_ffmpeg import count_frames_and_secs

from animator.images.metrics import FrameMetrics
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import GenerationRequest
from animator.runs.metrics_log import MetricsLog
from animator.runs.render_run import open_run, render_run
from animator.settings import Animation

ROOT = Path(__file__).parents[3]
PRESET = """
size: [64, 64]
frames: 40
fps: 12
prompts: a lake
diffusion: {seed: 3, cadence: 2}
motion: {zoom: 1.02}
"""
ANIMATOR = """
from animator.cli.app import main
from animator.models.diffusion.fake import FakeDiffuser
main(lambda *_, **__: FakeDiffuser())
"""
ON_A_SMALL_DISK = """
import hashlib, json, subprocess, sys
from pathlib import Path
animator, preset, disk, room, way = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
def render(*more):
    command = [sys.executable, "-c", animator, "render", preset, "--out", str(disk / "run"), *more]
    done = subprocess.run(command, capture_output=True, text=True)
    frames = sorted((disk / "run" / "frames").glob("*"))
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in frames}
    films = {path.name: path.stat().st_size for path in (disk / "run").glob("*.mp4")}
    return {"code": done.returncode, "stderr": done.stderr, "frames": hashes, "films": films}
def mounted(how):
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(disk)], check=True)
if way == "full":
    results = [render()]
    mounted("size=64m")
    results.append(render("--resume"))
else:
    mounted("ro")
    results = [render()]
    mounted("rw")
    results.append(render())
    mounted("ro")
    results.append(render("--resume"))
print(json.dumps(results))
"""


def may_mount() -> bool:
    if sys.platform != "linux":
        return False
    probe = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True)
    return probe.returncode == 0


def on_a_disk(folder: Path, room: int, way: str) -> list[dict[str, Any]]:
    preset = folder / "film.yaml"
    preset.write_text(PRESET)
    disk = folder / "disk"
    disk.mkdir()
    args = [ANIMATOR, str(preset), str(disk), str(room), way]
    command = ["unshare", "-rm", sys.executable, "-c", ON_A_SMALL_DISK, *args]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_a_write_that_fails_costs_no_finished_frame(
    make_animation: Callable[..., Animation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finish(name: str, *, resume: bool = False) -> dict[str, bytes]:
        with open_run(animation, tmp_path / name, resume=resume) as run:
            render_run(run, diffuser=FakeDiffuser(), device=torch.device("cpu"))
        return frames_of(name)

    def frames_of(name: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / name / "frames").iterdir()}

    animation = make_animation(frames=12, diffusion={"seed": 2, "cadence": 2})
    whole = finish("whole")
    calls, sync = iter(range(1000)), os.fsync

    def full_after_a_while(descriptor: int) -> None:
        if next(calls) > 14:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    with monkeypatch.context() as patch, pytest.raises(OSError, match=r"No space left on device: .*run"):
        patch.setattr(os, "fsync", full_after_a_while)
        finish("run")
    there = frames_of("run")
    assert 0 < len(there) < 12 and there.items() <= whole.items()
    assert finish("run", resume=True) == whole


def test_torn_lines_of_metrics_are_skipped(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "frames.jsonl")
    whole = [FrameMetrics(frame, 1.0, 1.0, 1.0, 0.5, 0.1, 0.0).plain() for frame in (0, 1)]
    first, second = (json.dumps(metrics).encode() for metrics in whole)
    log.path.write_bytes(first + b'\n\x00\xff{"frame"\n' + second + b'\n{"fra')
    assert [line["frame"] for line in log.read()] == [0, 1]


needs_mounts = pytest.mark.skipif(not may_mount(), reason="may not mount a disk of its own here")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The frames of an uninterrupted film."""
    return on_a_disk(tmp_path_factory.mktemp("whole"), 64_000_000, "full")[0]["frames"]


@pytest.mark.slow
@needs_mounts
@pytest.mark.parametrize("room", [150_000, 400_000, 700_000])
def test_a_full_disk_is_reported_and_the_film_resumes_when_there_is_space(
    tmp_path: Path, whole: dict[str, str], room: int
) -> None:
    full, again = on_a_disk(tmp_path, room, "full")
    stderr, frames = str(full["stderr"]), dict(full["frames"])
    assert full["code"] == 1
    assert (
        stderr.splitlines()[-1].startswith("error: ") and "No space left on device" in stderr.splitlines()[-1]
    )
    assert "Traceback" not in stderr
    assert 0 < len(frames) < 40 and frames.items() <= whole.items()  # each that is there is whole
    assert "the frames so far are complete; resume with:" in stderr and "--resume" in stderr
    assert again["code"] == 0 and again["frames"] == whole
    assert list(again["films"]) == ["untitled.mp4"]


@pytest.mark.slow
@needs_mounts
def test_a_read_only_folder_is_an_error(tmp_path: Path, whole: dict[str, str]) -> None:
    refused, made, later = on_a_disk(tmp_path, 64_000_000, "read-only")
    assert refused["code"] == 2 and refused["frames"] == {}
    assert "frames: cannot be created: Read-only file system. Choose another --out" in str(refused["stderr"])
    assert made["code"] == 0 and made["frames"] == whole
    assert later["code"] != 0 and later["frames"] == whole and "Traceback" not in str(later["stderr"])
    assert "Read-only file system" in str(later["stderr"])


def test_a_dying_encoder_costs_no_frame_and_no_film(
    make_animation: Callable[..., Animation], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class KillsFfmpeg:
        def generate(self, request: GenerationRequest) -> torch.Tensor:
            if request.frame == 5:
                children = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True)
                for child in children.stdout.split():
                    os.kill(int(child), signal.SIGKILL)
                time.sleep(0.5)
            return FakeDiffuser().generate(request)

    with open_run(make_animation(frames=40), tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=KillsFfmpeg(), device=torch.device("cpu"))
    assert "the video will be made from them at the end" in caplog.text
    assert count_frames_and_secs(str(tmp_path / "run" / "untitled.mp4"))[0] == 40
