"""`animator sound`: what is heard, tempo first, as text, tables and curves."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator.sound.columns import read_columns
from animator.sound.signals import Placement
from tests.animator.cli.in_process import animator
from tests.animator.sound.tracks import clicks, save, tone

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(tmp_path_factory.mktemp("sound") / "clicks.wav", clicks(np.arange(0.5, 9.6, 0.5), 10))


def test_the_tempo_comes_first_with_its_confidence(track: str, capsys: Capture) -> None:
    code, printed = animator(capsys, "sound", track)
    lines = printed.splitlines()
    assert code == 0
    assert lines[0] == "tempo: 120.00 bpm (confidence 1.00)"
    assert lines[1] == "duration: 10.000 s"
    assert lines[2].startswith("beats: 19, in seconds: 0.500 1.000")
    assert "bars: 5, in seconds: 0.500 2.500" in printed
    assert "onsets: 19, in seconds: 0.500" in printed


def test_the_bars_are_those_of_the_beats_in_them(track: str, capsys: Capture) -> None:
    assert "bars: 7, in seconds: 0.500 2.000" in animator(capsys, "sound", track, "--per-bar", 3)[1]


def test_without_a_rhythm_no_tempo_is_told(tmp_path: Path, capsys: Capture) -> None:
    _, printed = animator(capsys, "sound", save(tmp_path / "tone.wav", tone(440, 2)))
    assert printed.splitlines()[0] == "tempo: none is heard"
    assert "beats: 0\nbars: 0\nonsets: 0\n" in printed


def test_csv_has_a_row_for_every_frame(track: str, capsys: Capture) -> None:
    _, printed = animator(capsys, "sound", track, "--format", "csv", "--fps", 24)
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert len(rows) == 240
    assert [row["frame"] for row in rows if float(row["onset"])] == [str(12 * n) for n in range(1, 20)]


def test_json_has_beats_and_frames_and_is_a_table_of_signals(
    track: str, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "song.json"
    animator(capsys, "sound", track, "--fps", 29.97, "--out", out)
    found = json.loads(out.read_text())
    assert found["bpm"] == pytest.approx(120, abs=0.1)
    assert found["beats"][:2] == [0.5, 1.0]
    assert found["bars"][:2] == [0.5, 2.5]
    assert found["onsets"][0]["time"] == 0.5
    assert found["sections"] == [{"start": 0.5, "bpm": found["bpm"]}]
    onset = read_columns(out, Placement(29.97, 299))["onset"]
    # Times are rounded to a microsecond, of which an onset's flank is as steep as from 0 to 1 in a frame.
    assert onset == pytest.approx([frame["onset"] for frame in found["frames"]][:299], abs=1e-4)


def test_a_plot_has_a_strip_for_every_signal(track: str, tmp_path: Path, capsys: Capture) -> None:
    plot = tmp_path / "song.png"
    code, printed = animator(capsys, "sound", track, "--plot", plot)
    assert code == 0 and f"curves: {plot}" in printed
    with Image.open(plot) as image:
        assert image.size == (900, 110 * 9)
    assert animator(capsys, "sound", track, "--plot", plot)[0] == 0  # ours, so it may be replaced


def test_files_of_others_are_not_replaced(track: str, tmp_path: Path, capsys: Capture) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("mine")
    assert animator(capsys, "sound", track, "--out", mine)[0] == 2
    assert animator(capsys, "sound", track, "--out", track, "--format", "csv", "--force")[0] == 2
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["missing.wav"], "there is no such sound file"),
        ([__file__], "holds no sound"),
        (["TRACK", "--fps", "0"], "--fps"),
        (["TRACK", "--per-bar", "0"], "--per-bar"),
        (["TRACK", "--out", "a.xyz"], "expected .txt, .csv, .json"),
    ],
)
def test_mistakes_are_told(track: str, capsys: Capture, args: list[str], message: str) -> None:
    code, printed = animator(capsys, "sound", *(track if arg == "TRACK" else arg for arg in args))
    assert code == 2
    assert message in printed
