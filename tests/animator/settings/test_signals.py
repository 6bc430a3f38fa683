"""Variables of sounds and tables in the formulas of a preset."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.errors import PresetError, UserError
from animator.presets.load import load
from animator.settings import Animation
from animator.sound.hear import hear
from animator.sound.signals import Placement
from tests.animator.sound.tracks import clicks, drums, save, tone

SMALL: dict[str, Any] = {"size": [64, 64], "frames": 48, "fps": 24, "prompts": "a lake"}
Load = Callable[..., Animation]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with two sounds and two tables."""
    save(tmp_path / "song.wav", clicks([0.5, 1.0, 1.5], 2.0))
    save(tmp_path / "drums.wav", clicks([0.25], 2.0))
    (tmp_path / "values.csv").write_text("time,Kick drum,loud\n0,1,0.5\n1,3,0.5\n")
    (tmp_path / "values.json").write_text('{"frame": [0, 24], "loud": [0, 1]}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def film(**settings: Any) -> Animation:
    return load({**SMALL, **settings})


def angle(film: Animation) -> list[float]:
    values: list[float] = film.motion.schedule("angle").values(film.scope).tolist()
    return values


def peaks(film: Animation) -> list[int]:
    return np.flatnonzero(angle(film)).tolist()


def problems(**settings: Any) -> list[str]:
    with pytest.raises(PresetError) as caught:
        film(**settings)
    return [str(problem) for problem in caught.value.problems]


def test_the_first_sound_has_variables_without_a_prefix_and_all_have_them_with_one(folder: Path) -> None:
    signals = {"song": "song.wav", "drums": {"path": "drums.wav"}}
    assert peaks(film(signals=signals, motion={"angle": "onset"})) == [12, 24, 36]
    assert peaks(film(signals=signals, motion={"angle": "song_onset"})) == [12, 24, 36]
    assert peaks(film(signals=signals, motion={"angle": "drums_onset"})) == [6]


def test_without_signals_the_soundtrack_is_heard(folder: Path) -> None:
    heard = film(sound={"soundtrack_path": "drums.wav"}, motion={"angle": "onset"})
    assert peaks(heard) == [6]


def test_every_variable_of_a_sound_is_what_hear_says(folder: Path) -> None:
    save(folder / "drums.wav", drums(120, 4)[0])
    expected = hear("drums.wav", Placement(24, 48), 0.1, 3).columns("d_")
    formula = " + ".join(f"{index}*{name}" for index, name in enumerate(expected, 1))
    heard = film(
        signals={"d": {"path": "drums.wav", "smooth": 0.1}}, beats_per_bar=3, motion={"angle": formula}
    )
    total = sum(index * column for index, column in enumerate(expected.values(), 1))
    assert angle(heard) == pytest.approx(np.asarray(total).tolist())


def test_offset_and_loop_of_the_soundtrack_place_the_sounds_without_an_own_offset(
    folder: Path,
) -> None:
    signals = {"song": "song.wav", "own": {"path": "drums.wav", "offset": 0}}
    sound = {"offset": 0.25, "length": "loop"}
    placed = film(frames=96, signals=signals, sound=sound, motion={"angle": "onset"})
    assert peaks(placed) == [18, 30, 42, 66, 78, 90]
    assert peaks(film(signals=signals, sound={"offset": -0.5}, motion={"angle": "onset"})) == [0, 12, 24]
    assert peaks(film(signals=signals, sound=sound, motion={"angle": "own_onset"})) == [6]


def test_columns_of_tables_are_variables(folder: Path) -> None:
    table = {"table": {"path": "values.csv", "between": "hold"}}
    assert angle(film(signals=table, motion={"angle": "table_Kick_drum"}))[23:25] == [1, 3]
    halves = film(signals={"other": "values.json"}, motion={"angle": "other_loud"})
    assert angle(halves)[12] == 0.5


def test_prompts_may_have_variables(folder: Path) -> None:
    heard = film(signals={"song": "song.wav"}, prompts={0: "a (lake:`1+onset`)"}, prompt_suffix="at `amp`")
    texts = {frame.positive.split(" at")[0] for frame in heard.keyed_prompts.at(heard.scope)}
    assert texts == {"a (lake:1)", "a (lake:2)"}


def test_own_variables_come_from_python(folder: Path) -> None:
    ramp = np.linspace(0, 1, 48)
    heard = load(SMALL, {"motion.angle": "level"}, signals={"level": ramp})
    assert angle(heard) == ramp.tolist()
    assert angle(heard.with_(motion={"angle": "2*level"})) == (2 * ramp).tolist()
    assert heard == load(SMALL, {"motion.angle": "level"}, signals={"level": ramp.tolist()})
    assert heard != load(SMALL, {"motion.angle": "level"}, signals={"level": ramp * 2})
    with pytest.raises(PresetError, match=r"`level` has the shape \(48,\); expected one number"):
        heard.with_(frames=24)


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        ({"level": [1, 2]}, "shape"),
        ({"level": [float("nan")] * 48}, "no finite numbers"),
        ({"fps": [1] * 48}, "'fps' cannot be the name of a variable"),
        ({"a b": [1] * 48}, "'a b' cannot be the name of a variable"),
        ({"level": "loud"}, "shape"),
        ({"level": [10**400] * 48}, "shape"),
        ({"level": [1j] * 48}, "no finite numbers"),
    ],
)
def test_own_variables_that_cannot_be_used_are_refused(signals: Any, message: str) -> None:
    with pytest.raises(PresetError, match="signals: .*" + message):
        load(SMALL, signals=signals)


@pytest.mark.parametrize("signals", [[1, 2], "level", 3])
def test_own_variables_without_names_are_refused(signals: Any) -> None:
    with pytest.raises(UserError, match="expected variables by name"):
        load(SMALL, signals=signals)


def test_a_film_with_another_rate_hears_again(folder: Path) -> None:
    heard = film(signals={"song": "song.wav"}, motion={"angle": "onset"})
    assert peaks(heard.with_(fps=12, frames=24)) == [6, 12, 18]


def test_a_changed_sound_is_heard_again(folder: Path) -> None:
    first = film(signals={"song": "song.wav"}, motion={"angle": "onset"})
    save(folder / "song.wav", clicks([0.75], 2.0))
    second = film(signals={"song": "song.wav"}, motion={"angle": "onset"})
    assert (peaks(first), peaks(second)) == ([12, 24, 36], [18])
    assert first != second


def test_a_film_whose_formulas_use_no_sound_analyzes_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a sound was analyzed")

    monkeypatch.setattr("animator.sound.hear.hear", refuse)
    plain = film(
        signals={"song": "song.wav"},
        sound={"soundtrack_path": "drums.wav"},
        prompts="high amp and a beat, mid pitch",
        motion={"angle": "sin(t)"},
    )
    assert not plain.heard.used
    with pytest.raises(PresetError, match="was analyzed"):
        film(signals={"song": "song.wav"}, motion={"angle": "mid"})


def test_a_variable_without_a_sound_says_what_to_add(folder: Path) -> None:
    (problem,) = problems(motion={"angle": "2*onset"})
    assert "motion.angle: `onset` needs a sound\n" in problem
    assert "name one in `signals` or `sound.soundtrack_path`" in problem


def test_an_unknown_variable_asks_for_the_nearest(folder: Path) -> None:
    (problem,) = problems(signals={"song": "song.wav"}, motion={"angle": "song_onste"})
    assert "did you mean `song_onset`?" in problem


def test_a_range_is_checked_with_the_values_that_are_heard(folder: Path) -> None:
    (problem,) = problems(signals={"song": "song.wav"}, diffusion={"strength": "2*onset"})
    assert "diffusion.strength: is 2 at frame 12; expected 0 to 1" in problem


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        ({"song": "none.wav"}, "signals.song: none.wav: there is no such file"),
        ({"song": {"path": "none.wav"}}, "signals.song.path: none.wav: there is no such file"),
        ({"song": "notes.txt"}, "signals.song: "),
        ({"table": "broken.csv"}, "signals.table: "),
        ({"song": "clip"}, "signals.song: is clip, and video.path is empty; name the clip"),
        ({"a b": "song.wav"}, "signals.a b"),
        ({"song": {"path": "song.wav", "smooth": -1}}, "signals.song.smooth: "),
        ({"song": {"path": "song.wav", "smoth": 1}}, "signals.song.smoth: "),
        ({"song": 3}, "signals.song: "),
        ([], ""),
        ({"a": "song.wav", "b": "values.csv", "b_Kick": "values.csv"}, ""),
    ],
)
def test_a_broken_source_is_one_problem_at_its_place(folder: Path, signals: Any, message: str) -> None:
    (folder / "notes.txt").write_text("not a sound")
    (folder / "broken.csv").write_text("time\n")
    if not message:
        film(signals=signals)
        return
    (problem,) = problems(signals=signals, motion={"angle": "onset + song_onset"})
    assert message in problem


def test_two_sources_of_one_variable_are_refused(folder: Path) -> None:
    (folder / "c.csv").write_text("b_c\n1\n")
    (folder / "d.csv").write_text("c\n1\n")
    (problem,) = problems(signals={"a": "c.csv", "a_b": "d.csv"})
    assert "signals.a_b: gives the variable `a_b_c` a second time" in problem


def test_a_table_with_too_many_values_for_a_long_film_is_refused(folder: Path) -> None:
    (folder / "wide.csv").write_text(",".join(f"c{n}" for n in range(30)) + "\n" + ",".join("1" * 30) + "\n")
    (problem,) = problems(signals={"wide": "wide.csv"}, frames=1_000_000)
    assert "signals.wide: wide.csv: has 30 columns, for 1000000 frames; expected at most 20" in problem


def test_a_film_is_pickled_with_what_it_hears(folder: Path) -> None:
    heard = film(signals={"song": "song.wav"}, motion={"angle": "onset"})
    (folder / "song.wav").unlink()
    copy = pickle.loads(pickle.dumps(heard))
    assert copy == heard
    assert peaks(copy) == [12, 24, 36]


def test_a_tone_is_loud_in_its_band_only(folder: Path) -> None:
    save(folder / "song.wav", tone(100, 2.0))
    heard = film(signals={"song": "song.wav"}, motion={"angle": "bass", "zoom": "1+high"})
    assert min(angle(heard)[4:44]) > 0.9
    assert heard.motion.schedule("zoom").values(heard.scope)[4:44].max() < 1.01
