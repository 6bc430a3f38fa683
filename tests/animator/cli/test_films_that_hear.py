"""`check` and `timeline` of a film that hears."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from tests.animator.cli.in_process import animator
from tests.animator.sound.tracks import RATE, clicks, save

Capture = pytest.CaptureFixture[str]
PRESET = """\
frames: sound
fps: 24
size: [64, 64]
prompts: a lake
bpm: auto
signals: {song: song.wav}
motion: {zoom: 1+0.1*onset, angle: "0:(0), 1b:(10)"}
"""


@pytest.fixture
def preset(tmp_path: Path) -> str:
    """A preset beside its sound, neither of them in the working directory."""
    save(tmp_path / "song.wav", clicks(np.arange(0.5, 7.6, 0.5), 8))
    (tmp_path / "film.yaml").write_text(PRESET)
    return str(tmp_path / "film.yaml")


def test_check_prints_the_tempo_and_its_confidence(preset: str, capsys: Capture) -> None:
    code, printed = animator(capsys, "check", preset)
    assert code == 0
    assert "ok: 192 frames, 8 s at 24 fps" in printed
    assert "tempo 120.0 bpm, confidence 1.00" in printed


def test_timeline_lists_the_variables_in_use(preset: str, capsys: Capture) -> None:
    rows = list(csv.DictReader(io.StringIO(animator(capsys, "timeline", preset, "--format", "csv")[1])))
    assert [name for name in rows[0] if name.startswith("signals.")] == ["signals.onset"]
    assert [index for index, row in enumerate(rows) if float(row["signals.onset"]) > 0][:3] == [12, 24, 36]
    assert float(rows[12]["motion.zoom"]) == 1 + 0.1 * float(rows[12]["signals.onset"])


def test_overrides_of_the_rate_move_what_is_heard(preset: str, capsys: Capture) -> None:
    rows = animator(capsys, "timeline", preset, "--format", "csv", "--set", "fps=12")[1]
    onsets = [float(row["signals.onset"]) for row in csv.DictReader(io.StringIO(rows))]
    assert np.flatnonzero(onsets)[:3].tolist() == [6, 12, 18]
    assert len(onsets) == 96


def mistakes(printed: str) -> list[str]:
    """Lines of the problems, without the line that counts them and what belongs to each."""
    return [line for line in printed.splitlines() if line.startswith("  ") and not line.startswith("   ")]


@pytest.mark.parametrize(
    ("frames", "settings"), [("48", ["signals.song"]), ("sound", ["signals.song", "frames"])]
)
@pytest.mark.parametrize("name", ["empty", "head", "text", "gone"])
def test_a_sound_that_cannot_be_read_is_a_problem_of_the_settings_that_name_it(
    preset: str, capsys: Capture, name: str, frames: str, settings: list[str]
) -> None:
    song = Path(preset).with_name("song.wav")
    content = {"empty": b"", "head": song.read_bytes()[:44], "text": b"no sound at all"}
    song.unlink()
    if name in content:
        song.write_bytes(content[name])
    code, printed = animator(capsys, "check", preset, "--set", f"frames={frames}", "--set", "bpm=120")
    assert code == 2
    assert len(mistakes(printed)) == len(settings), printed
    for mistake, setting in zip(mistakes(printed), settings, strict=True):
        assert f": {setting}: " in mistake
        assert "song.wav" in mistake


def test_markers_that_cannot_be_read_are_one_problem(preset: str, capsys: Capture) -> None:
    code, printed = animator(
        capsys, "check", preset, "--set", "motion.angle=0:(0), drop:(1)", "--set", "markers=gone.txt"
    )
    assert code == 2
    (mistake,) = mistakes(printed)
    assert "gone.txt: there is no such file" in mistake


def test_a_warning_of_the_sound_names_the_setting_that_names_it(
    preset: str, capsys: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    song = save(Path(preset).with_name("song.wav"), np.zeros(2 * RATE))
    for setting in ("signals.song", "sound.soundtrack_path"):
        animator(
            capsys, "check", preset, "--set", "motion={}", "--set", "bpm=120", "--set", f"{setting}={song}"
        )
        assert f"{setting}: {song}: the part that the film uses is silent" in caplog.text
