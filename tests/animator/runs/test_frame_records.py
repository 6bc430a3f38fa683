"""What a run notes of its frames: here, depth estimates without depth."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from animator.runs.frame_records import FrameRecords
from animator.runs.run import Run
from tests.animator.runs.written import frame
from tests.fakes import Make

SLOPE = torch.linspace(2.0, 6.0, 64 * 64).view(64, 64)


def test_each_depth_estimate_without_depth_is_reported_once(
    make_animation: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = Run.create(tmp_path / "run", make_animation(frames=6))
    records = FrameRecords(run, None, watches_drift=False)
    flat, broken = torch.zeros(64, 64), torch.full((64, 64), torch.nan)
    for number, depth in enumerate((None, flat, flat, SLOPE, broken, broken)):
        records.add(replace(frame(run, number), depth=depth))
    reports = [record.getMessage() for record in caplog.records if "depth map" in record.getMessage()]
    assert [report.partition(":")[0] for report in reports] == ["frame 1", "frame 4"]
    assert all("is flat or not finite; the image is warped as one plane" in report for report in reports)
