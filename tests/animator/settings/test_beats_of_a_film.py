"""Tempo, beats, markers and lengths of a film that come from its sound."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.errors import PresetError
from animator.presets.load import load
from animator.settings import Animation
from animator.timeline.lint import setting_warnings
from animator.timeline.sampled import beats_of
from tests.animator.sound.tracks import bursts, clicks, drums, save, tone

SMALL: dict[str, Any] = {"size": [64, 64], "frames": 96, "fps": 24, "prompts": "a lake"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a song of 120 beats per minute."""
    save(tmp_path / "song.wav", drums(120, 16)[0])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def film(**settings: Any) -> Animation:
    return load({**SMALL, **settings})


def keys(film: Animation) -> tuple[int, ...]:
    return film.motion.schedule("angle").key_frames(film.scope)


def problem(**settings: Any) -> str:
    with pytest.raises(PresetError) as caught:
        film(**settings)
    (found,) = caught.value.problems
    return str(found)


def test_the_tempo_that_is_heard_places_keys(folder: Path) -> None:
    heard = film(bpm="auto", signals={"song": "song.wav"}, motion={"angle": "0b:(0), 1b:(1), 1bar:(2)"})
    first = round(0.31 * 24)
    assert np.abs(np.array(keys(heard)) - (first, first + 12, first + 48)).max() <= 1
    assert heard.scope.bpm == pytest.approx(120, abs=1)
    assert np.abs(beats_of(heard)[:8] - (first + 12 * np.arange(8))).max() <= 1
    assert heard.heard.confidence > 0.4
    assert setting_warnings(heard) == []


def test_first_beat_chooses_the_beat_that_is_heard_nearest(folder: Path) -> None:
    heard = film(
        bpm="auto", first_beat=1.25, signals={"song": "song.wav"}, motion={"angle": "0b:(0), 1b:(1)"}
    )
    assert np.abs(np.array(keys(heard)) - (round(1.31 * 24), round(1.81 * 24))).max() <= 1


def test_a_change_of_tempo_is_followed(folder: Path) -> None:
    times = np.concatenate((np.arange(0.5, 10, 0.5), 10 + np.arange(0, 10, 0.4)))
    save(folder / "song.wav", clicks(times, 21))
    heard = film(
        frames=480,
        bpm="auto",
        first_beat=0.5,
        signals={"song": "song.wav"},
        motion={"angle": "10b:(0), 30b:(1)"},
    )
    expected = [round(times[10] * 24), round(times[30] * 24)]
    assert np.abs(np.array(keys(heard)) - expected).max() <= 1


@pytest.mark.parametrize("frames", [1, 10, 24, 100])
def test_a_shorter_film_counts_the_same_beats(folder: Path, frames: int) -> None:
    times = np.concatenate((np.arange(0.5, 10, 0.5), 10 + np.arange(0, 10, 0.4)))
    save(folder / "song.wav", clicks(times, 21))
    settings = {"bpm": "auto", "signals": {"song": "song.wav"}, "motion": {"angle": "0:(0), 30b:(30)"}}
    short, whole = film(frames=frames, **settings), film(frames=480, **settings)
    assert short.scope.beats == whole.scope.beats
    angles = [one.motion.schedule("angle").values(one.scope)[:frames].tolist() for one in (short, whole)]
    assert angles[0] == angles[1]


@pytest.mark.parametrize(("offset", "first"), [(3.0, 3.5), (-0.7, 1.8), (-18.0, 0.5), (-18.7, 0.3)])
def test_beats_are_counted_from_the_first_bar_in_the_film_or_else_the_first_beat(
    folder: Path, offset: float, first: float
) -> None:
    save(folder / "song.wav", clicks(np.arange(0.5, 20, 0.5), 20.2))
    heard = film(frames=24, bpm="auto", signals={"song": {"path": "song.wav", "offset": offset}})
    assert heard.scope.frame_of_beat(0) / 24 == pytest.approx(first, abs=0.01)


def test_a_steady_tempo_has_a_first_beat_and_bars(folder: Path) -> None:
    waltz = film(bpm=120, first_beat=0.5, beats_per_bar=3, motion={"angle": "0b:(0), 1b:(1), 1bar:(2)"})
    assert keys(waltz) == (12, 24, 48)
    assert beats_of(waltz)[:3].tolist() == [0, 12, 24]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "bpm: is auto, and the film has no sound; name one in `signals`"),
        ({"signals": {"song": "tone.wav"}}, "bpm: is auto, and the film's sound has no beats"),
        ({"signals": {"song": "notes.txt"}}, "signals.song: "),
    ],
)
def test_a_tempo_that_cannot_be_heard_is_one_problem(folder: Path, settings: Any, message: str) -> None:
    save(folder / "tone.wav", tone(440, 4))
    (folder / "notes.txt").write_text("not a sound")
    assert message in problem(bpm="auto", motion={"angle": "4b:(1)"}, **settings)


@pytest.mark.parametrize("bpm", ["fast", 0, -3, [120], 1e9])
def test_a_wrong_tempo_is_one_problem(bpm: Any) -> None:
    assert problem(bpm=bpm).startswith("<mapping>: bpm: ")


def test_a_tempo_without_confidence_is_a_warning(folder: Path) -> None:
    random = np.random.default_rng(3)
    save(folder / "song.wav", bursts(np.sort(random.uniform(0, 15, 25)), 16))
    heard = film(bpm="auto", signals={"song": "song.wav"})
    assert any("bpm: auto hears" in warning for warning in setting_warnings(heard)) == (
        heard.heard.confidence < 0.4
    )


def test_markers_of_a_preset_are_keys_everywhere(folder: Path) -> None:
    heard = film(
        markers={"drop": 2.0},
        prompts={0: "a lake", "drop": "a desert", "drop+12": "a forest"},
        motion={"angle": {0: 0, "drop": 1}},
        diffusion={"sampler": "0:(Euler), drop:(DDIM)"},
        mode="3d",
        camera={
            "moves": [{"orbit": {"from": "drop", "speed": "1+song_onset"}}],
            "path": {0: {"position": [0, 0, 0]}, "drop": {"position": [0, 0, 1]}},
        },
        signals={"song": "song.wav"},
    )
    assert keys(heard) == (0, 48)
    assert heard.keyed_prompts.key_frames(heard.scope) == (0, 48, 60)
    assert heard.diffusion.text_schedule("sampler").values(heard.scope)[47:49] == ("Euler", "DDIM")
    assert keys(heard.with_(fps=12)) == (0, 24)


def test_markers_come_from_a_file_with_names_that_keys_can_have(folder: Path) -> None:
    (folder / "labels.txt").write_text(
        "0.5\t0.5\tDrop 1!\n1.0\t1.0\tDrop 1!\n1.5\t1.5\t2\n2\t2\tbeat\n3\t3\t\n"
    )
    heard = film(markers="labels.txt", motion={"angle": "Drop_1:(0), Drop_1_2:(1), mark_2:(2), mark:(3)"})
    assert keys(heard) == (12, 24, 36, 72)
    assert set(heard.scope.markers) == {"Drop_1", "Drop_1_2", "mark_2", "mark_beat", "mark"}


@pytest.mark.parametrize(
    ("markers", "message"),
    [
        ({"beat": 1}, "cannot have the name `beat`, which means something else"),
        ({"t": 1}, "cannot have the name `t`"),
        ({"a b": 1}, "is not a word"),
        ({"drop": "soon"}, "soon"),
        ({"drop": float("inf")}, "expected a time in seconds"),
        ("none.txt", "none.txt: there is no such file"),
        ("song.wav", "is no file of markers"),
        (3, "expected seconds by name"),
        ({f"m{number}": number for number in range(1001)}, "expected at most 1000"),
    ],
)
def test_markers_that_cannot_be_used_are_one_problem(folder: Path, markers: Any, message: str) -> None:
    found = problem(markers=markers)
    assert "markers" in found
    assert message in found


def test_a_key_with_an_unknown_marker_asks_for_the_nearest(folder: Path) -> None:
    assert "did you mean `drop`?" in problem(markers={"drop": 1}, motion={"angle": "drpo:(1)"})


@pytest.mark.parametrize(
    ("fps", "sound", "frames"),
    [(24, {}, 384), ("24", {}, 384), (29.97, {}, 480), (24, {"offset": 1}, 408), (24, {"offset": -0.5}, 372)],
)
def test_a_film_may_be_as_long_as_its_sound(folder: Path, fps: Any, sound: Any, frames: int) -> None:
    assert film(frames="sound", fps=fps, sound=sound, signals={"song": "song.wav"}).frames == frames
    soundtrack = {"soundtrack_path": "song.wav", **sound}
    assert film(frames="sound", fps=fps, sound=soundtrack).frames == frames


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "frames: is sound, and the film has none; name one in `signals`"),
        ({"signals": {"song": "song.wav"}, "sound": {"offset": -100}}, "frames: is sound, which ends -84 s"),
    ],
)
def test_a_length_that_no_sound_gives_is_a_problem(folder: Path, settings: Any, message: str) -> None:
    assert message in problem(frames="sound", **settings)
