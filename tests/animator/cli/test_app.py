"""The command line, as a script sees it: output, exit codes, messages."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from imageio_ffmpeg import count_frames_and_secs

ROOT = Path(__file__).parents[3]
TINY = [
    "--set",
    "size=[64,64]",
    "--set",
    "diffusion.steps=2",
    "--set",
    "diffusion.cadence=1",
    "--device",
    "cpu",
]
PRESETS = sorted((ROOT / "presets").glob("*.yaml"))


def animator(*args: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "run.py"), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment)


def test_version_and_help() -> None:
    assert animator("--version").stdout.startswith("animator 0.")
    shown = animator("render", "--help").stdout
    for option in ("--set", "--out", "--resume", "--frames", "--device", "--model", "Example:"):
        assert option in shown


@pytest.mark.parametrize("given", ["", "ACTIVE"])
def test_threads_sleep_while_they_wait_unless_the_user_says_other(given: str) -> None:
    """torch reads it once, when it loads; spinning threads make a busy machine many times slower."""
    code = """
import os, sys
from animator.cli.app import main
assert "torch" not in sys.modules
sys.argv = ["animator", "--version"]
try:
    main()
finally:
    print(os.environ["OMP_WAIT_POLICY"])
"""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"PYTHONPATH": str(ROOT), **({"OMP_WAIT_POLICY": given} if given else {})}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == (given or "PASSIVE")


def test_render_makes_the_film_and_prints_its_path(tmp_path: Path) -> None:
    done = animator("render", PRESETS[0], *TINY, "--frames", 3, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    film = Path(done.stdout.strip())
    assert film.parent == tmp_path / "run"
    assert count_frames_and_secs(str(film))[0] == 3
    assert "3/3 frames" in done.stderr and "s/frame" in done.stderr


def test_render_without_out_makes_a_stamped_folder(tmp_path: Path) -> None:
    done = animator("render", PRESETS[0], *TINY, "--frames", 1, "--set", "name=mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (film,) = (tmp_path / "renders" / "mine").glob("*/mine.mp4")
    assert film == tmp_path / done.stdout.strip()


def test_a_users_mistake_exits_with_2_and_no_traceback(tmp_path: Path) -> None:
    done = animator("render", PRESETS[0], "--set", "fps=fast", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "--set fps=fast: fps:" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("args", "fragment"),
    [
        (["--model", "no/such/folder"], "there is no such folder or file"),
        (["--model", "weights.ckpt"], "there is no such folder or file"),
        (["--device", "toaster"], "device toaster: not available on this machine"),
    ],
)
def test_what_is_missing_is_an_error(tmp_path: Path, args: list[str], fragment: str) -> None:
    done = animator("render", PRESETS[0], *args, "--out", tmp_path / "run")
    assert done.returncode == 2 and fragment in done.stderr and "Traceback" not in done.stderr


def test_a_second_render_into_a_folder_is_refused_and_resume_continues(tmp_path: Path) -> None:
    args = ["render", PRESETS[0], *TINY, "--frames", 2, "--out", tmp_path / "run"]
    assert animator(*args).returncode == 0
    again = animator(*args)
    assert again.returncode == 2 and "--resume" in again.stderr
    assert animator(*args, "--resume").returncode == 0


def test_check_prints_a_summary_of_the_film() -> None:
    done = animator("check", PRESETS[0], "--set", "frames=30", "--set", "fps=10")
    assert done.returncode == 0
    assert "ok: 30 frames, 3 s at 10 fps" in done.stdout


def test_check_warns_of_likely_mistakes(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text(
        "frames: 20\nmotion: {zoom: '0:(1), 100:(2)'}\nprompts: {0: a, 50: b}\n"
    )
    done = animator("check", tmp_path / "film.yaml")
    assert done.returncode == 0
    assert "warning: motion.zoom:" in done.stderr and "warning: prompts:" in done.stderr


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.stem)
def test_every_preset_is_valid(preset: Path) -> None:
    assert animator("check", preset).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_complete_frames_and_prints_the_resume_command(
    tmp_path: Path, stop: signal.Signals
) -> None:
    args = ["render", PRESETS[0], *TINY, "--frames", 200, "--out", tmp_path / "run"]
    child = subprocess.Popen(
        [sys.executable, "run.py", *map(str, args)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not list(tmp_path.glob("run/frames/*3.png")) and child.poll() is None:
        time.sleep(0.05)
    child.send_signal(stop)
    _, stderr = child.communicate()
    assert child.returncode == 130, stderr
    assert "animator render" in stderr and "--resume" in stderr and "Traceback" not in stderr
    assert (tmp_path / "run" / "state.safetensors").exists()
    assert not list((tmp_path / "run" / "frames").rglob("*part*"))
