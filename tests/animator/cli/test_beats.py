"""Films in beats through the command line."""

import json
from pathlib import Path

import pytest

from tests.animator.cli.in_process import animator

BEATS = """
size: [64, 64]
frames: 30
fps: 12
bpm: 120
prompts: {0: a lake, bpm/10: "a forest of `bpm`", 4b: a desert}
motion: {zoom: "0:(1), 4b:(1.1)", angle: "0:(bpm/60)"}
"""

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A preset whose keys are in beats."""
    preset = tmp_path / "beat.yaml"
    preset.write_text(BEATS)
    return preset


def test_keys_in_beats_and_the_tempo_in_formulas_work_in_films(film: Path, capsys: Printed) -> None:
    assert animator(capsys, "check", film)[0] == 0
    values = film.with_suffix(".json")
    code, printed = animator(capsys, "timeline", film, "--out", values)
    assert code == 0, printed
    frames = json.loads(values.read_text())["frames"]
    assert [frames[at]["motion.zoom"] for at in (0, 12, 24, 29)] == pytest.approx([1, 1.05, 1.1, 1.1])
    assert frames[0]["motion.angle"] == 2
    assert [frames[at]["prompt"] for at in (0, 12, 24)] == ["a lake", "a forest of 120", "a desert"]


@pytest.mark.parametrize("bpm", ["0", "-3", "fast"])
def test_a_wrong_tempo_is_the_only_problem(film: Path, capsys: Printed, bpm: str) -> None:
    code, printed = animator(capsys, "check", film, "--set", f"bpm={bpm}")
    assert code == 2 and "1 problem" in printed and "bpm" in printed


def test_keys_in_beats_without_a_tempo_are_refused(film: Path, capsys: Printed) -> None:
    code, printed = animator(capsys, "check", film, "--set", "bpm=null")
    assert code == 2 and "set bpm, such as bpm: 120" in printed
