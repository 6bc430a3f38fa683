"""How the images of a film change, as its curves show it."""

import json
from pathlib import Path

import pytest

from animator.errors import RunError
from animator.runs.run_folder import METRICS
from animator.studio.watching.drift import MAX_POINTS, Drift, read_drift


def write(folder: Path, count: int, last: float) -> None:
    lines = [
        {
            "frame": frame,
            **dict.fromkeys(("red", "green", "blue"), 0.5 if frame < count - 1 else last),
            **dict.fromkeys(("contrast", "detail"), 0.2 if frame < count - 1 else 0.1),
            "flicker": 0.0,
        }
        for frame in range(count)
    ]
    (folder / METRICS).write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_curves_are_relative_to_the_beginning(tmp_path: Path) -> None:
    write(tmp_path, 20, last=0.75)
    drift = read_drift(tmp_path)
    assert drift.brightness == (*[1.0] * 19, 1.25)
    assert drift.contrast == drift.detail
    assert drift.contrast == pytest.approx((*[1.0] * 19, 0.5))


def test_long_films_have_their_first_and_their_last_value(tmp_path: Path) -> None:
    write(tmp_path, 5000, last=0.25)
    drift = read_drift(tmp_path)
    assert len(drift.brightness) == MAX_POINTS
    assert (drift.brightness[0], drift.brightness[-1]) == (1.0, 0.75)


def test_a_run_without_frames_has_no_curves(tmp_path: Path) -> None:
    assert read_drift(tmp_path) == Drift()


def test_metrics_behind_a_link_are_not_read(tmp_path: Path) -> None:
    (tmp_path / METRICS).symlink_to(tmp_path / "other.jsonl")
    with pytest.raises(RunError, match="symbolic link"):
        read_drift(tmp_path)
