"""The wave of the sound below the curves."""

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np

from animator.studio.film.curves.sound_row import POINTS, heard_of, wave_data
from tests.fakes import Make


def tone(path: Path) -> Path:
    """Writes a second of silence and a second of sound."""
    samples = np.concatenate((np.zeros(8000), np.sin(np.arange(8000)))) * 16000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def test_the_wave_lies_where_the_sound_is_heard(make_animation: Make, tmp_path: Path) -> None:
    sound = {"soundtrack_path": str(tone(tmp_path / "tone.wav"))}
    heard = heard_of(make_animation(frames=20, fps=10, sound=sound), (0, 19))
    assert heard is not None and (heard.start, heard.end, heard.rate) == (0, 20, Fraction(10))
    drawn = wave_data(heard)
    assert max(drawn["highs"][: POINTS * 9 // 20]) < 0.01
    assert max(drawn["highs"][POINTS * 11 // 20 :]) > 0.4
    assert min(drawn["lows"][POINTS * 11 // 20 :]) < -0.4


def test_a_close_look_draws_its_own_part(make_animation: Make, tmp_path: Path) -> None:
    film = make_animation(frames=200, fps=10, sound={"soundtrack_path": str(tone(tmp_path / "tone.wav"))})
    near, far = heard_of(film, (10, 19)), heard_of(film, (10, 120))
    assert near is not None and (near.start, near.end) == (10, 20)
    assert far is not None and (far.start, far.end) == (0, 200)
    assert max(wave_data(near)["highs"][:50]) > 0.4


def test_a_silent_film_has_no_wave(make_animation: Make) -> None:
    assert heard_of(make_animation(), (0, 3)) is None


def test_a_sound_that_is_not_there_has_a_note(make_animation: Make, tmp_path: Path) -> None:
    heard = heard_of(make_animation(sound={"soundtrack_path": str(tmp_path / "no.wav")}), (0, 3))
    assert heard is not None and "there is no such sound file" in wave_data(heard)["note"]
    unnamed = heard_of(make_animation(sound={"add_soundtrack": "Init Video"}), (0, 3))
    assert unnamed is not None and "name the clip" in wave_data(unnamed)["note"]
