"""Sounds whose samples are floats: these may be infinite, no numbers, or far beyond full scale."""

from pathlib import Path

import numpy as np
import pytest

from animator.film.output_problems import sound_problems
from animator.film.sound import Sound
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.sound.hear import hear
from animator.sound.signals import Placement
from tests.animator.film.facts import samples
from tests.animator.sound.tracks import RATE, clicks, save_floats

TRUTH = np.arange(0.5, 4.0, 0.5)
FRAMES = [5, 10, 15, 20, 25, 30, 35]


def broken(path: Path, value: float) -> str:
    """Clicks, of which ten samples between the first two are another value."""
    sound = clicks(TRUTH, 4)
    sound[round(0.75 * RATE) :][:10] = value
    return save_floats(path, sound)


def film_with(path: Path, sound: str) -> np.ndarray:
    """Samples of a video of 40 images with a sound."""
    with VideoWriter(VideoSpec(path, (16, 16), 10, sound=Sound(sound))) as writer:
        for _ in range(40):
            writer.write(np.zeros((16, 16, 3), np.uint8))
    return samples(path)


def test_what_follows_samples_that_are_no_numbers_is_heard(tmp_path: Path) -> None:
    heard = hear(broken(tmp_path / "nan.wav", np.nan), Placement(10, 40))
    assert np.flatnonzero(heard.onset).tolist() == FRAMES
    assert heard.beats.bpm == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm"])
def test_a_film_with_such_samples_is_encoded_with_all_other_ones(
    tmp_path: Path, value: float, suffix: str
) -> None:
    found = film_with(tmp_path / f"film.{suffix}", broken(tmp_path / "sound.wav", value))
    for time in TRUTH:
        assert np.abs(found[round(time * RATE) :][: RATE // 50]).max() > 0.2, time
    assert np.abs(found).max() < 2.0


def test_samples_beyond_full_scale_are_cut_in_the_film_as_they_are_heard(tmp_path: Path) -> None:
    loud = save_floats(tmp_path / "loud.wav", 1e6 * clicks(TRUTH, 4))
    assert np.abs(film_with(tmp_path / "film.mkv", loud)).max() < 2.0


def test_a_sound_of_no_numbers_at_all_is_silent_and_that_is_said(tmp_path: Path) -> None:
    sound = Sound(save_floats(tmp_path / "nan.wav", np.full(4 * RATE, np.nan)))
    (problem,) = sound_problems(sound, 4.0)
    assert (problem.setting, problem.severity) == ("sound.soundtrack_path", "warning")
    assert "is silent" in problem.message
