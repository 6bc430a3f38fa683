"""Onsets: all that begin, to the millisecond, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from animator.film.sound import Sound
from animator.sound.analysis import analysis_of
from animator.sound.rhythm import Onsets
from tests.animator.sound.tracks import RATE, Array, bursts, clicks, save, tone

TRUTH = np.arange(0.5, 7.6, 0.5)
EXACT_S = 0.001
"""Onsets are looked for in steps of 1 ms."""


def onsets(folder: Path, samples: Array, rate: int = RATE) -> Onsets:
    return analysis_of(Sound(save(folder / "sound.wav", samples, rate))).onsets


def assert_found(found: Onsets, truth: Array, within_s: float) -> None:
    assert len(found.times) == len(truth)
    assert np.abs(found.times - truth).max() <= within_s + 1e-9


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000, 192_000])
def test_clicks_are_found_at_any_sample_rate(tmp_path: Path, rate: int) -> None:
    assert_found(onsets(tmp_path, clicks(TRUTH, 8, rate=rate), rate), TRUTH, EXACT_S)


@pytest.mark.parametrize("channel", range(6))
def test_a_click_counts_in_any_channel_of_six(tmp_path: Path, channel: int) -> None:
    sound = np.zeros((8 * RATE, 6))
    sound[:, channel] = clicks(TRUTH, 8)
    assert_found(onsets(tmp_path, sound), TRUTH, EXACT_S)


def test_noise_bursts_and_soft_clicks_among_loud_ones_are_found(tmp_path: Path) -> None:
    assert_found(onsets(tmp_path, bursts(TRUTH, 8)), TRUTH, EXACT_S)
    found = onsets(tmp_path, clicks(TRUTH, 8, (0.8, 0.08, 0.08, 0.08)))
    assert_found(found, TRUTH, EXACT_S)
    assert found.strengths[0] == pytest.approx(1.0, abs=0.05)
    assert found.strengths[1] < 0.6


def test_clicks_are_found_in_noise_and_over_a_loud_bass(tmp_path: Path) -> None:
    noise = 0.03 * np.random.default_rng(0).normal(size=8 * RATE)
    assert_found(onsets(tmp_path, clicks(TRUTH, 8) + noise), TRUTH, EXACT_S)
    assert_found(onsets(tmp_path, clicks(TRUTH, 8, (0.2,)) + tone(60, 8)), TRUTH, EXACT_S)


@pytest.mark.parametrize("hz", [60, 440])
def test_a_tone_that_breaks_off_has_an_onset_at_its_beginning_only(tmp_path: Path, hz: float) -> None:
    sounds = (np.arange(8 * RATE) / RATE % 0.5 < 0.2) & (np.arange(8 * RATE) >= RATE // 2)
    # A sine begins without a step: it has its level after a part of its period.
    assert_found(onsets(tmp_path, tone(hz, 8) * sounds), TRUTH, 0.003)


def test_new_notes_without_a_pause_are_onsets(tmp_path: Path) -> None:
    notes = [0 * tone(1, 0.5), *(tone(hz, 0.5) for hz in (220, 247, 262, 294, 330, 349, 392, 440))]
    sound = np.concatenate(notes)
    # The notes meet without a step, so that nothing is sudden.
    assert_found(onsets(tmp_path, sound), np.arange(0.5, 4.1, 0.5), 0.01)


def test_steady_sounds_have_no_onsets(tmp_path: Path) -> None:
    span = np.arange(8 * RATE) / RATE
    vibrato = 0.5 * np.sin(2 * np.pi * 440 * span + 6 * np.sin(2 * np.pi * 6 * span))
    noise = 0.1 * np.random.default_rng(0).normal(size=8 * RATE)
    for sound in (0 * span, tone(440, 8), vibrato, noise, noise * 1e-4):
        assert len(onsets(tmp_path, sound).times) == 0


def test_a_stroke_at_the_first_sample_is_an_onset(tmp_path: Path) -> None:
    assert_found(onsets(tmp_path, clicks([0.0, 0.5], 2)), np.array([0.0, 0.5]), EXACT_S)
