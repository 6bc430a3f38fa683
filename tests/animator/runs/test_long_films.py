"""Ten thousand frames: memory and time per frame stay flat."""

import resource
import sys
import time
from pathlib import Path

import pytest
import torch

from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.progress import Progress
from animator.runs.render_run import open_run, render_run
from tests.fakes import Make


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_frames_stay_flat(
    make_animation: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks: dict[int, tuple[float, float]] = {}

    def mark(advance: Progress) -> None:
        if advance.done % 1000 == 0:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
                2**20 if sys.platform == "darwin" else 2**10
            )
            marks[advance.done] = (peak, time.monotonic())

    animation = make_animation(
        frames=10_000, motion={"zoom": "1.01+0.005*sin(t/50)"}, diffusion={"seed": 1, "cadence": 2}
    )
    with open_run(animation, tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=FakeDiffuser(), device=torch.device("cpu"), progress=mark)
    early = marks[2000][1] - marks[1000][1]
    late = marks[10_000][1] - marks[9000][1]
    with capsys.disabled():
        sys.stdout.write(
            f"\n10,000 frames: peak {marks[1000][0]:.0f} MiB at 1,000, {marks[10_000][0]:.0f} at the end; "
            f"{early:.1f} s for frames 1,000-2,000, {late:.1f} s for the last 1,000\n"
        )
    growth = marks[10_000][0] - marks[1000][0]
    assert growth < 32  # MiB: a leak of one 64 x 64 image a frame would take 430
