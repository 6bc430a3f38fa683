"""Problems of formulas and keys come with those of the settings that the film's frames depend on."""

from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.load import load
from tests.animator.sound.tracks import clicks, save

SLIPS: dict[str, Any] = {
    "markers": {"drop": 0.5},
    "prompts": {0: "a lake", "drpo": "a desert"},
    "prompt_suffix": "`onste`",
    "motion": {"angle": "1+onste", "zoom": {0: 1, "drop": 1.1}, "translation_x": "drpo:(1)"},
    "mode": "3d",
    "camera": {"moves": [{"shake": {"from": "drpo"}}], "path": {0: {}, "drpo": {}}},
}
SLIPPED = ["prompts", "prompt_suffix", "motion.angle", "motion.translation_x", "camera.moves", "camera.path"]
RIGHT: dict[str, Any] = {
    "signals": {"song": "song.wav", "table": "values.csv"},
    "markers": {"drop": 0.5},
    "prompts": {0: "a lake", "drop": "a desert `song_onset`", "drop+2": "a hill"},
    "motion": {"angle": "onset + song_amp + table_Kick_drum", "zoom": "0:(1), drop:(1.1)"},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a sound and a table."""
    save(tmp_path / "song.wav", clicks([0.5], 1.0))
    (tmp_path / "values.csv").write_text("time,Kick drum\n0,1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings_at_fault(settings: Any, **given: Any) -> list[str]:
    with pytest.raises(PresetError) as caught:
        load(settings, **given)
    return [problem.path for problem in caught.value.problems]


BROKEN: list[tuple[Any, str]] = [
    ({"frames": 0}, "frames"),
    ({"frames": "many"}, "frames"),
    ({"fps": -1}, "fps"),
    ({"fps": float("inf")}, "fps"),
    ({"diffusion": {"seed": "x"}}, "diffusion.seed"),
    ({"bpm": -3}, "bpm"),
    ({"sound": {"offset": "abc"}}, "sound.offset"),
]


@pytest.mark.parametrize(("broken", "path"), BROKEN)
def test_unknown_names_are_found_where_the_frames_are_not_known(broken: Any, path: str) -> None:
    assert sorted(settings_at_fault({**SLIPS, **broken})) == sorted([path, *SLIPPED])


@pytest.mark.parametrize(("broken", "path"), BROKEN)
def test_known_names_are_no_problem_where_the_frames_are_not_known(broken: Any, path: str) -> None:
    assert settings_at_fault({**RIGHT, **broken}) == [path]


def test_variables_from_python_are_known_where_the_frames_are_not(folder: Path) -> None:
    settings = {"frames": 0, "motion": {"angle": "mine"}}
    assert settings_at_fault(settings, signals={"mine": [1.0, 2.0]}) == ["frames"]


@pytest.mark.parametrize("broken", [{"signals": {"song": 3}}, {"signals": {"table": "none.csv"}}])
def test_what_broken_sources_would_have_named_is_no_problem(broken: Any) -> None:
    (path,) = settings_at_fault({**RIGHT, **broken})
    assert path.startswith("signals")


@pytest.mark.parametrize("markers", ["none.txt", {"drop": "soon"}, 3])
@pytest.mark.parametrize(
    "prompts",
    [RIGHT["prompts"], '{"0": "a lake", "drop": "a hill"}', "portrait: a woman, a hat", "style: anime, b: c"],
)
def test_what_broken_markers_would_have_named_is_no_problem(markers: Any, prompts: Any) -> None:
    assert settings_at_fault({**RIGHT, "markers": markers, "prompts": prompts}) == ["markers"]


def test_numbers_written_as_text_are_numbers_for_formulas_and_keys_too() -> None:
    film = load({**RIGHT, "frames": "24", "fps": "24"})
    assert film.motion.schedule("zoom").key_frames(film.scope) == (0, 12)
    assert film.motion.schedule("angle").values(film.scope)[12] > 1
