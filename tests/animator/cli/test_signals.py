"""Signals on the command line: Ctrl-C twice, and a batch whose main process is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WAIT_S = 120.0
PRESET = "prompts: a lake\nsize: 64\nframes: 3000\ndiffusion: {seed: 3, steps: 1}\n"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def start(folder: Path, *args: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ANIMATOR_TEST": str(folder)}
    command = [sys.executable, str(ROOT / "run.py"), *args]
    return subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def running(folder: Path) -> list[int]:
    """The processes that were started for a folder, zombies aside."""
    mark, found = f"ANIMATOR_TEST={folder}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() and ") Z " not in (process / "stat").read_text():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def has_frames(folder: Path, count: int) -> bool:
    return len(list(folder.glob("frames/*.png"))) >= count


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "film.yaml"
    path.write_text(PRESET)
    return path


@pytest.mark.parametrize("gap_s", [0.0, 0.1])
def test_ctrl_c_twice_ends_with_130_and_a_run_that_resumes(preset: Path, gap_s: float) -> None:
    run = preset.with_name("run")
    with start(preset.parent, "render", "film.yaml", "--out", "run") as child:
        wait_for(lambda: has_frames(run, 3) or child.poll() is not None)
        for _ in range(2):
            child.send_signal(signal.SIGINT)
            time.sleep(gap_s)
        said = child.communicate()[1]
    assert child.returncode == 130 and "Traceback" not in said
    assert "the frames so far are complete. Resume with:" in said
    done = len(list(run.glob("frames/*.png")))
    command = ("render", "film.yaml", "--out", "run", "--resume", "--frames", f"0:{done + 1}")
    with start(preset.parent, *command) as child:
        child.communicate()
    assert child.returncode == 0 and has_frames(run, done + 1)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM])
def test_a_batch_leaves_no_worker_behind(preset: Path, stop: signal.Signals) -> None:
    preset.with_name("other.yaml").write_text(PRESET)
    folder = preset.parent
    with start(folder, "batch", "film.yaml", "other.yaml", "--jobs", "2", "--out", "out") as child:
        wait_for(lambda: all(has_frames(folder / "out" / name, 2) for name in ("film", "other")))
        assert len(running(folder)) >= 3
        child.send_signal(stop)
        child.communicate()
    assert child.returncode == (130 if stop is signal.SIGTERM else -9)
    wait_for(lambda: not running(folder))
    for name in ("film", "other"):
        assert not has_frames(folder / "out" / name, 3000)


def test_ctrl_c_while_the_program_loads_ends_with_130(tmp_path: Path) -> None:
    script = "import animator.cli.entry as e\n"
    script += "import builtins; old = builtins.__import__\n"
    script += "def interrupted(name, *a, **k):\n"
    script += "    if name == 'animator.cli.app': raise KeyboardInterrupt\n"
    script += "    return old(name, *a, **k)\n"
    script += "builtins.__import__ = interrupted; e.main()\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 130 and done.stderr == ""
