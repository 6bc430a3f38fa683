"""The drift monitor, the metrics log and the report."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from animator.cli.app import app
from animator.images.metrics import FrameMetrics, frame_metrics
from animator.runs.drift import DriftMonitor
from animator.runs.metrics_log import MetricsLog
from animator.runs.report import write_report
from animator.runs.run import Run
from animator.settings import Animation

Make = Callable[..., Animation]


def metrics_of(frame: int, **other: float) -> FrameMetrics:
    usual = {"red": 0.5, "green": 0.5, "blue": 0.5, "contrast": 0.2, "detail": 0.05, "flicker": 0.02}
    return FrameMetrics(frame, **{**usual, **other})


def warnings_of(metrics: list[FrameMetrics], cuts: tuple[int, ...] = ()) -> list[str]:
    monitor = DriftMonitor()
    return [warning for one in metrics for warning in monitor.update(one, cut=one.frame in cuts)]


def test_an_image_is_measured() -> None:
    columns = (torch.arange(32) % 2).float().expand(3, 32, 32)
    seen = frame_metrics(3, columns, 1 - columns)
    assert (seen.red, seen.flicker) == (0.5, 1.0)
    assert seen.contrast == pytest.approx(0.5, abs=0.01) and seen.detail == pytest.approx(2.0)
    assert frame_metrics(0, columns, None).flicker == 0


def test_a_stable_film_gives_no_warning() -> None:
    assert warnings_of([metrics_of(i, contrast=0.2 + 0.02 * (i % 3)) for i in range(200)]) == []


@pytest.mark.parametrize(
    ("metric", "to", "message"),
    [
        ("contrast", 0.02, "contrast is 10% of the scene's beginning; check color.contrast"),
        ("detail", 0.5, "detail is 1000% of the scene's beginning; check noise.amount"),
    ],
)
def test_a_drift_is_reported_once(metric: str, to: float, message: str) -> None:
    metrics = [metrics_of(i) for i in range(20)] + [metrics_of(i, **{metric: to}) for i in range(20, 80)]
    (warning,) = [text for text in warnings_of(metrics) if message.split(" is ")[0] in text]
    assert warning.startswith("frame 2") and message.split("; ")[1] in warning


@pytest.mark.parametrize(
    ("metric", "inside", "outside"),
    [
        ("contrast", 0.2 * 0.41, 0.2 * 0.39),
        ("contrast", 0.2 * 2.19, 0.2 * 2.21),
        ("detail", 0.05 * 0.31, 0.05 * 0.29),
        ("detail", 0.05 * 2.99, 0.05 * 3.01),
        ("brightness", 0.5 + 0.24, 0.5 + 0.26),
        ("brightness", 0.5 - 0.24, 0.5 - 0.26),
    ],
)
def test_these_are_the_limits(metric: str, inside: float, outside: float) -> None:
    metrics_changed = ("red", "green", "blue") if metric == "brightness" else (metric,)
    for value, count in ((inside, 0), (outside, 1)):
        moved = dict.fromkeys(metrics_changed, value)
        warnings = warnings_of(
            [metrics_of(i) for i in range(8)] + [metrics_of(i, **moved) for i in range(8, 40)]
        )
        assert len(warnings) == count, warnings


def test_darkening_is_reported() -> None:
    metrics = [metrics_of(i, red=0.5 - i / 200, green=0.5 - i / 200, blue=0.5 - i / 200) for i in range(90)]
    assert any("the film gets darker" in text for text in warnings_of(metrics))


def test_a_cut_sets_a_new_baseline() -> None:
    metrics = [metrics_of(i) for i in range(20)] + [metrics_of(i, contrast=0.02) for i in range(20, 60)]
    assert warnings_of(metrics, cuts=(20,)) == []


def test_the_log_skips_torn_lines_and_can_be_truncated(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "frames.jsonl")
    for i in range(5):
        log.append(metrics_of(i))
    with log.path.open("a") as file:
        file.write('{"frame": 5, "re')
    assert [line["frame"] for line in log.read()] == [0, 1, 2, 3, 4]
    log.truncate(3)
    assert [line["frame"] for line in log.read()] == [0, 1, 2]


def test_the_reports_curves_rise_where_the_values_do(make_animation: Make, tmp_path: Path) -> None:
    with Run.create(tmp_path, make_animation()) as run:
        for i, red in enumerate((0.2, 0.6, 0.4)):
            Image.new("RGB", (8, 8)).save(run.frame_path(i))
            run.metrics.append(metrics_of(i, red=red))
    page = write_report(tmp_path).read_text()
    points = page.partition('stroke="#c33" points="')[2].partition('"')[0].split()
    low, high, middle = (float(point.split(",")[1]) for point in points)
    assert (high, middle, low) == (4.0, 60.0, 116.0)


def test_a_report_without_metrics_is_a_users_mistake(make_animation: Make, tmp_path: Path) -> None:
    Run.create(tmp_path, make_animation()).close()
    shown = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert "no frame metrics" in str(shown.exception)


def test_brightness_is_the_mean_of_the_colors() -> None:
    assert metrics_of(0, red=0.9, green=0.3, blue=0.0).brightness == pytest.approx(0.4)
