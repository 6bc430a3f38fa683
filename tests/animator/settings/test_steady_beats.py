"""Beats of a `bpm` that is a number, as variables of formulas."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.presets.load import load
from animator.settings import Animation
from animator.sound.hear import hear
from animator.sound.signals import Placement
from tests.animator.sound.tracks import clicks, save

SMALL: dict[str, Any] = {"size": [64, 64], "frames": 240, "fps": 24, "prompts": "a lake"}


def film(formula: str, **settings: Any) -> Animation:
    return load({**SMALL, "motion": {"angle": formula}, **settings})


def values(film: Animation) -> np.ndarray:
    return film.motion.schedule("angle").values(film.scope)


@pytest.fixture
def song(tmp_path: Path) -> str:
    """A sound of 120 beats per minute, from 0.5 s on."""
    return save(tmp_path / "song.wav", clicks(np.arange(0.5, 10, 0.5), 10))


def test_beat_is_that_of_the_keys_and_the_prefixed_one_that_of_the_sound(song: str) -> None:
    settings = {"bpm": 60, "first_beat": 0.25, "signals": {"song": song}}
    assert np.flatnonzero(values(film("beat", **settings))).tolist() == list(range(6, 240, 24))
    assert np.flatnonzero(values(film("song_beat", **settings))).tolist() == list(range(12, 240, 12))
    counted = film("0b:(0), 3b:(1)", **settings)
    assert counted.motion.schedule("angle").key_frames(counted.scope) == (6, 78)


def test_a_film_with_bpm_has_beats_without_a_sound() -> None:
    assert np.flatnonzero(values(film("beat", bpm=120))).tolist() == list(range(0, 240, 12))


@pytest.mark.parametrize("fps", [12, 24, 29.97, 60])
@pytest.mark.parametrize("name", ["beat", "beat_phase", "bar_phase"])
def test_a_steady_tempo_has_the_values_of_a_sound_that_is_played_so(song: str, fps: float, name: str) -> None:
    frames = int(8 * fps)
    found = values(film(name, bpm=120, first_beat=0.5, fps=fps, frames=frames))
    heard = getattr(hear(song, Placement(fps, frames)), name)
    assert np.abs(found - heard).max() < 0.01


def test_every_frame_of_a_film_slower_than_its_beats_has_one() -> None:
    slow = film("beat + beat_phase", bpm=10_000, fps=0.01, frames=100_000)
    assert (values(slow) == 1.0).all()


def test_no_beat_comes_before_the_first() -> None:
    assert values(film("beat + beat_phase + bar_phase", bpm=120, first_beat=5))[:120].max() == 0.0


def test_beats_are_in_use_only_where_a_formula_has_them() -> None:
    one = film("beat", bpm=120)
    values(one)
    assert list(one.heard.used) == ["beat"]
    assert not film("t", bpm=120).heard.used
