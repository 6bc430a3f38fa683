"""Films that hear, as settings files of Deforum: what they hear is written out."""

from pathlib import Path

import pytest

from animator.presets.deforum.exporting import export_settings
from animator.presets.load import load
from tests.animator.sound.tracks import clicks, save


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a click after a second."""
    save(tmp_path / "song.wav", clicks([1.0], 2.0))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_values_that_are_heard_are_written_out() -> None:
    film = load(
        {
            "frames": 30,
            "fps": 12,
            "signals": {"song": "song.wav"},
            "markers": {"drop": 2.0},
            "prompts": {0: "a lake", "drop": "a desert `amp`"},
            "motion": {"zoom": "1+onset", "angle": "0:(0), drop:(24)"},
        }
    )
    exported = export_settings(film)
    assert exported.settings["zoom"] == "0: (1), 11: (1), 12: (2), 13: (1), 29: (1)"
    assert list(exported.settings["prompts"]) == ["0", "24"]
    assert (exported.settings["add_soundtrack"], exported.settings["soundtrack_path"]) == ("File", "song.wav")
    notes = "\n".join(map(str, exported.notes))
    assert "signals, markers" in notes
    assert "prompts: variables of sounds and tables stand in them" in notes
