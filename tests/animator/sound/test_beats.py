"""Beats: tempo, places, bars and changes, against tracks of which they are known."""

from pathlib import Path

import numpy as np
import pytest

from animator.film.sound import Sound
from animator.sound.analysis import analysis_of
from animator.sound.rhythm import Beats
from tests.animator.sound.tracks import Array, bursts, clicks, drums, near, save, tone

FRAME_S = 1 / 60
"""Beats are good that fall on the right frame even of a film with 60 frames per second."""
BPM = 0.1
"""Clicks are found to 1 ms, so over 20 s of them the tempo is that good."""


def beats(folder: Path, samples: Array, per_bar: int = 4) -> Beats:
    return analysis_of(Sound(save(folder / "sound.wav", samples)), per_bar).beats


def assert_beats(found: Beats, truth: Array) -> None:
    assert near(found.times, truth, FRAME_S) == 1.0
    assert near(truth, found.times, FRAME_S) == 1.0


@pytest.mark.parametrize("bpm", [30, 45, 60, 77, 90, 101, 120, 133, 150, 180, 200])
def test_clicks_of_any_tempo_are_counted(tmp_path: Path, bpm: float) -> None:
    truth = np.arange(0.37, 20, 60 / bpm)
    found = beats(tmp_path, clicks(truth, 20))
    assert found.bpm == pytest.approx(bpm, abs=BPM)
    assert found.confidence > 0.9
    assert_beats(found, truth)


@pytest.mark.parametrize("bpm", [70, 85, 96, 110, 124, 140, 170])
def test_drums_are_counted_by_the_beat_and_not_by_the_hi_hat(tmp_path: Path, bpm: float) -> None:
    sound, truth = drums(bpm, 20)
    found = beats(tmp_path, sound)
    assert found.bpm == pytest.approx(bpm, abs=0.5)  # they are played 4 ms unevenly
    assert found.confidence > 0.6
    assert_beats(found, truth)
    assert near(found.bars, truth[::4], FRAME_S) == 1.0
    assert len(found.bars) == len(truth[::4])


@pytest.mark.parametrize("levels", [(0.8, 0.5), (0.8, 0.8)])
def test_swing_is_counted_by_its_long_notes(tmp_path: Path, levels: tuple[float, float]) -> None:
    truth = np.arange(0.25, 19, 0.5)
    swung = np.sort(np.concatenate((truth, truth + 1 / 3)))
    found = beats(tmp_path, clicks(swung, 20, levels))
    assert found.bpm == pytest.approx(120, abs=BPM)
    assert_beats(found, truth)


@pytest.mark.parametrize(("first", "second"), [(120, 90), (100, 140), (90, 100)])
def test_a_change_of_tempo_is_followed_and_told(tmp_path: Path, first: float, second: float) -> None:
    before = np.arange(0.25, 15, 60 / first)
    truth = np.concatenate((before, np.arange(before[-1] + 60 / second, 30, 60 / second)))
    found = beats(tmp_path, clicks(truth, 30))
    assert_beats(found, truth)
    assert [section.bpm for section in found.sections] == pytest.approx([first, second], abs=BPM)
    assert found.sections[1].start == pytest.approx(before[-1], abs=0.002)


def test_the_beat_goes_on_through_a_pause(tmp_path: Path) -> None:
    truth = np.arange(0.5, 24, 0.5)
    played = truth[(truth < 9) | (truth >= 14)]
    assert_beats(beats(tmp_path, clicks(played, 24)), truth)


def test_the_first_beat_of_a_bar_is_the_heaviest(tmp_path: Path) -> None:
    truth = np.arange(0.5, 12, 0.5)
    found = beats(tmp_path, clicks(truth, 12, (0.2, 0.2, 0.8)), per_bar=3)
    assert found.bars == pytest.approx(truth[2::3], abs=0.002)
    even = beats(tmp_path, clicks(truth, 12), per_bar=3)
    assert even.bars == pytest.approx(truth[::3], abs=0.002)


def test_a_slip_does_not_change_the_tempo(tmp_path: Path) -> None:
    once = np.arange(0.5, 10, 0.6)
    truth = np.concatenate((once, once + once[-1] + 0.35))
    found = beats(tmp_path, clicks(truth, 22))
    assert found.bpm == pytest.approx(100, abs=BPM)


def test_bars_of_even_beats_begin_with_the_first(tmp_path: Path) -> None:
    for bpm in (105, 128, 143):
        truth = np.arange(0.37, 12, 60 / bpm)
        assert beats(tmp_path, clicks(truth, 12)).bars[0] == pytest.approx(0.37, abs=0.001)


def test_random_strokes_have_little_confidence(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    assert beats(tmp_path, bursts(np.sort(random.uniform(0, 29, 60)), 30)).confidence < 0.4


@pytest.mark.parametrize("sound", [np.zeros(96_000), tone(440, 5), clicks([1.0], 3), clicks([1.0, 2.0], 3)])
def test_without_a_rhythm_there_are_no_beats(tmp_path: Path, sound: Array) -> None:
    found = beats(tmp_path, sound)
    assert (len(found.times), found.bpm, found.confidence, found.sections) == (0, 0.0, 0.0, ())


@pytest.mark.parametrize("per_bar", [0, 65])
def test_a_bar_has_one_to_64_beats(tmp_path: Path, per_bar: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 64 beats in a bar, got {per_bar}"):
        beats(tmp_path, tone(440, 1), per_bar)
