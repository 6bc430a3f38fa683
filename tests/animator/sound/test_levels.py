"""Levels, pitch and brightness: what sounds in which band, and nothing in silence."""

from pathlib import Path

import numpy as np
import pytest

from animator.sound.hear import hear
from animator.sound.signals import Placement, Signals
from tests.animator.sound.tracks import RATE, Array, clicks, save, tone

TEN = Placement(10, 20)
"""Two seconds."""


def heard(folder: Path, samples: Array, rate: int = RATE, smooth: float = 0.0) -> Signals:
    return hear(save(folder / "sound.wav", samples, rate), TEN, smooth)


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
@pytest.mark.parametrize(
    ("hz", "band"), [(60, "low"), (100, "low"), (300, "mid"), (1500, "mid"), (3000, "high")]
)
def test_a_tone_is_heard_in_its_band_alone(tmp_path: Path, hz: float, band: str, rate: int) -> None:
    found = heard(tmp_path, tone(hz, 2, rate=rate), rate)
    for name in ("low", "mid", "high"):
        # 0.02 of the loudest is -34 dB, though soft bands are raised by up to 26 dB: together -60 dB.
        expected = pytest.approx(1.0, abs=0.05) if name == band else pytest.approx(0.0, abs=0.02)
        assert getattr(found, name)[5] == expected
    assert found.amp[5] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6, 8])
def test_a_tone_is_heard_in_every_channel(tmp_path: Path, channels: int) -> None:
    for channel in range(channels):
        sound = np.zeros((2 * RATE, channels))
        sound[:, channel] = tone(60, 2)
        found = heard(tmp_path, sound)
        assert found.low[5] == pytest.approx(1.0, abs=0.05)


def test_channels_against_each_other_are_not_silent(tmp_path: Path) -> None:
    found = heard(tmp_path, np.stack((tone(440, 2), -tone(440, 2)), axis=1))
    assert found.amp[5] == pytest.approx(1.0, abs=0.05)
    assert found.pitch_hz[5] == pytest.approx(440, rel=0.001)


@pytest.mark.parametrize("hz", [55, 110, 261.6, 440, 987.8, 1760])
def test_the_pitch_of_a_note_with_overtones_is_that_of_the_note(tmp_path: Path, hz: float) -> None:
    sound = sum(tone(hz * overtone, 2, 0.3 / overtone) for overtone in range(1, 6))
    found = heard(tmp_path, np.asarray(sound))
    assert found.pitch_hz[5] == pytest.approx(hz, rel=0.003)  # a twentieth of a semitone
    assert found.pitch[5] == pytest.approx(np.log2(hz / 55) / 5, abs=0.001)


def test_noise_has_no_pitch_and_is_bright(tmp_path: Path) -> None:
    found = heard(tmp_path, 0.1 * np.random.default_rng(0).normal(size=2 * RATE))
    assert not found.pitch.any()
    assert found.brightness[5] > 0.9  # the center of white noise up to 24 kHz is 12 kHz
    assert heard(tmp_path, tone(1000, 2)).brightness[5] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("sound", [np.zeros(2 * RATE), np.zeros(1)])
def test_silence_is_zero_in_every_signal(tmp_path: Path, sound: Array) -> None:
    for name, column in heard(tmp_path, sound, smooth=0.1).columns().items():
        assert column.shape == (20,) and column.dtype == np.float64
        assert not column.any(), name


def test_where_a_sound_pauses_all_levels_are_zero(tmp_path: Path) -> None:
    sound = tone(440, 2)
    sound[RATE // 2 : RATE] = 0.0
    found = heard(tmp_path, sound)
    for name in ("amp", "low", "mid", "high", "pitch", "brightness"):
        assert (getattr(found, name)[6:9] < 0.001).all(), name


def test_a_softer_sound_has_the_same_signals(tmp_path: Path) -> None:
    loud, soft = (heard(tmp_path, clicks([0.5, 1.0], 2, (level,))) for level in (0.8, 0.08))
    assert soft.amp == pytest.approx(loud.amp, abs=0.01)
    assert np.array_equal(soft.onset > 0, loud.onset > 0)


def test_smoothing_follows_and_never_goes_ahead(tmp_path: Path) -> None:
    sound = np.concatenate((np.zeros(RATE), tone(440, 1)))
    plain, smooth = heard(tmp_path, sound), heard(tmp_path, sound, smooth=0.2)
    assert not smooth.amp[:10].any()
    steps = 1.0 - np.exp(-0.1 * np.arange(1, 11) / 0.2)
    assert smooth.amp[10:] == pytest.approx(steps * plain.amp[15], abs=0.02)
    assert np.array_equal(smooth.onset, plain.onset)


@pytest.mark.parametrize("smooth", [-1.0, float("nan"), float("inf")])
def test_smoothing_takes_a_time(tmp_path: Path, smooth: float) -> None:
    with pytest.raises(ValueError, match="0 seconds or more"):
        heard(tmp_path, tone(440, 2), smooth=smooth)


@pytest.mark.parametrize(("fps", "frames"), [(0, 10), (10, 0), (-1, 1)])
def test_a_film_has_a_rate_and_frames(fps: float, frames: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Placement(fps, frames)
