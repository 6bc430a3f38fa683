"""Overrides of one member of a setting that is a mapping, such as `signals.drums`."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from animator.errors import PresetError
from animator.presets.load import load
from animator.settings import Animation
from animator.timeline.columns import prompts_of
from tests.animator.sound.tracks import clicks, save


@pytest.fixture
def preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A preset in another folder than the working directory, with sounds beside it; both have other drums."""
    beside, here = tmp_path / "presets", tmp_path / "here"
    beside.mkdir()
    here.mkdir()
    save(beside / "song.wav", clicks([0.5], 2.0))
    for folder in (beside, here):
        save(folder / "drums.wav", clicks([1.0], 2.0))
    monkeypatch.chdir(here)
    return beside / "film.yaml"


def film(preset: Path, *overrides: str, **settings: Any) -> Animation:
    small = {"size": [64, 64], "frames": 48, "fps": 24, "prompts": "a lake"}
    preset.write_text(yaml.safe_dump(small | settings, sort_keys=False))
    return load(preset, overrides)


def test_the_other_sounds_stay_and_so_does_their_order(preset: Path) -> None:
    signals = {"song": "song.wav", "drums": {"path": "song.wav", "smooth": 0.1}}
    heard = film(preset, "signals.drums=drums.wav", signals=signals).signals
    assert list(heard) == ["song", "drums"]
    assert Path(heard["song"].path).samefile(preset.parent / "song.wav")
    assert Path(heard["drums"].path).samefile("drums.wav")


def test_a_file_of_an_override_is_looked_for_in_the_working_directory_alone(preset: Path) -> None:
    with pytest.raises(PresetError) as caught:
        film(preset, "signals.drums=song.wav", signals={"song": "song.wav"})
    (problem,) = caught.value.problems
    assert problem.where == "override signals.drums=song.wav"
    assert "song.wav: there is no such file" in problem.message


def test_one_setting_of_a_sound_is_overridden(preset: Path) -> None:
    signals = {"song": {"path": "song.wav", "smooth": 0.1}}
    source = film(preset, "signals.song.offset=2", signals=signals).signals["song"]
    assert (source.offset, source.smooth) == (2.0, 0.1)


def test_markers_and_keys_of_schedules_and_prompts_are_overridden_one_by_one(preset: Path) -> None:
    heard = film(
        preset,
        "markers.drop=1.5",
        "motion.angle.30=7",
        "prompts.24=a desert",
        markers={"start": 0.5, "drop": 1.0},
        motion={"angle": {0: 1, 30: 2}, "zoom": {0: 1.5}},
        prompts={0: "a lake", 24: "a city"},
    )
    assert heard.markers.named == {"start": 0.5, "drop": 1.5}
    assert heard.motion.schedule("angle").values(heard.scope)[[0, 30]].tolist() == [1.0, 7.0]
    assert heard.motion.schedule("zoom").values(heard.scope)[0] == 1.5
    assert [prompts_of(heard)[frame].positive for frame in (0, 30)] == ["a lake", "a desert"]


def test_mistakes_in_the_other_members_keep_their_lines(preset: Path) -> None:
    with pytest.raises(PresetError) as caught:
        film(preset, "signals.drums=drums.wav", signals={"song": "gone.wav"})
    (problem,) = caught.value.problems
    assert problem.where.startswith(f"{preset}:")
