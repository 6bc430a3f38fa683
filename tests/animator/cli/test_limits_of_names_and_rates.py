"""Names that are too long for files, and rates that round to 0, are refused before anything is rendered."""

import json
from pathlib import Path

import pytest

from animator.presets.load import load
from tests.animator.cli.in_process import animator


@pytest.mark.parametrize("command", ["check", "render"])
@pytest.mark.parametrize("letter", ["橋", "😀", "เ"])
def test_a_name_of_too_many_bytes_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, letter: str
) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text(f"prompts: a lake\nname: {letter * 100}\n", encoding="utf-8")
    code, said = animator(capsys, command, preset)
    assert code == 2 and "name: has " in said and "expected at most 180" in said
    assert list(tmp_path.iterdir()) == [preset]


def test_a_name_of_the_most_bytes_makes_every_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    preset = tmp_path / "film.yaml"
    preset.write_text(
        f"prompts: a lake\nname: {'橋' * 60}\nsize: 64\nframes: 3\ndiffusion: {{steps: 1}}\n"
        "output: {make_gif: true, subtitles: [all]}\nupscaling: {enabled: true}\n"
        "frame_interpolation: {engine: flow, amount: 10, slow_motion: true, slow_motion_amount: 10}\n",
        encoding="utf-8",
    )
    code, said = animator(capsys, "render", preset)
    videos = [line for line in said.splitlines() if line.startswith("renders") and ":" not in line]
    assert code == 0 and len([video for video in videos if "橋" in video]) == 4


def test_a_long_batch_name_is_cut_at_a_letter(tmp_path: Path) -> None:
    settings = tmp_path / "film.txt"
    settings.write_text(json.dumps({"batch_name": "橋" * 100, "max_frames": 5, "prompts": {"0": "a lake"}}))
    assert load(settings).name == "橋" * 60


@pytest.mark.parametrize("fps", ["0.0001", "1e-9", "0", "1e-300"])
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_rate_that_would_be_0_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, fps: str
) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text(f"prompts: a lake\nfps: {fps}\n")
    code, said = animator(capsys, command, preset)
    assert code == 2 and "fps: " in said and "0.01" in said
