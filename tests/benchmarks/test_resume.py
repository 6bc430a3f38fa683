"""What the video costs the rendering: a resume of a long film to its first new frame, and a slow encoder.

pytest tests/benchmarks/test_resume.py -m benchmark_suite -n 0
"""

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator import FakeDiffuser, Progress, render_run
from tests.fakes import Make

pytestmark = pytest.mark.benchmark_suite
LONG = 5000
SLOW_S = 0.05
SLOW = """#!{python}
import subprocess, sys, time
if "rawvideo" not in sys.argv or not sys.argv[-1].endswith("untitled.part.mp4"):
    sys.exit(subprocess.run(["{ffmpeg}", *sys.argv[1:]]).returncode)
width, height = map(int, sys.argv[sys.argv.index("-s") + 1].split("x"))
with subprocess.Popen(["{ffmpeg}", *sys.argv[1:]], stdin=subprocess.PIPE) as encoder:
    while frame := sys.stdin.buffer.read(3 * width * height):
        encoder.stdin.write(frame)
        time.sleep({seconds})
sys.exit(encoder.returncode)
"""


class Clock:
    """Notes when each frame is on disk."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.seconds: dict[int, float] = {}

    def __call__(self, progress: Progress) -> None:
        if not progress.extra:
            self.seconds[progress.done] = time.perf_counter() - self.started


def test_resuming_5000_frames_to_the_first_new_one(
    benchmark: Any, make_animation: Make, tmp_path: Path
) -> None:
    film = make_animation(frames=LONG + 2)
    render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), device="cpu", end=LONG)
    clock = Clock()

    def resume() -> None:
        render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), device="cpu", resume=True, progress=clock)

    benchmark.pedantic(resume, rounds=1)
    benchmark.extra_info["seconds to the first new frame"] = clock.seconds[LONG + 1]
    benchmark.extra_info["seconds to the last new frame"] = clock.seconds[LONG + 2]


def test_rendering_beside_an_encoder_that_takes_50_ms(
    benchmark: Any, make_animation: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(SLOW.format(python=sys.executable, ffmpeg=get_ffmpeg_exe(), seconds=SLOW_S))
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    film, clock = make_animation(frames=120, size=(256, 256)), Clock()

    def render() -> None:
        render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), device="cpu", progress=clock)

    benchmark.pedantic(render, rounds=1)
    benchmark.extra_info["ms a frame"] = 1000 * (clock.seconds[120] - clock.seconds[20]) / 100
