"""The wave of a film's sound: peaks where it is heard in the film, and silence elsewhere, to the frame."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from animator.errors import UserError
from animator.film.sound import Length, Sound
from animator.film.wave import Span, wave_of
from tests.animator.sound.tracks import RATE, save
from tests.animator.sound.tracks import tone as sine

FILM = Fraction(3)
EVERY_FRAME = Span(0.0, 3.0, 30)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two seconds, silent but for 440 Hz of amplitude 1/2 from 0.5 s to 1 s."""
    heard = sine(440, 2)
    heard[: RATE // 2] = heard[RATE:] = 0
    return save(tmp_path_factory.mktemp("sound") / "tone.wav", heard)


def loud_frames(found: np.ndarray) -> list[int]:
    return np.flatnonzero(found[:, 1] > 0.1).tolist()


@pytest.mark.parametrize(
    ("offset", "length", "loud"),
    [
        (0.0, "pad", range(5, 10)),
        (0.0, "cut", range(5, 10)),
        (1.3, "pad", range(18, 23)),
        (-0.3, "pad", range(2, 7)),
        (0.0, "loop", [*range(5, 10), *range(25, 30)]),
        (2.7, "pad", []),
    ],
)
def test_peaks_are_where_the_film_has_the_tone(
    tone: str, offset: float, length: Length, loud: list[int]
) -> None:
    found = wave_of(Sound(tone, offset=offset, length=length), FILM, EVERY_FRAME)
    assert found.shape == (30, 2)
    assert found.dtype == np.float32
    assert loud_frames(found) == list(loud)
    assert found[list(loud)] == pytest.approx(np.tile([-0.5, 0.5], (len(loud), 1)), abs=0.01)
    assert (np.delete(found, list(loud), axis=0) == 0.0).all()


def test_a_part_of_the_film_is_the_same_as_in_the_whole(tone: str) -> None:
    whole = wave_of(Sound(tone), FILM, EVERY_FRAME)
    assert np.array_equal(wave_of(Sound(tone), FILM, Span(0.7, 1.0, 10)), whole[7:17])
    before = wave_of(Sound(tone), FILM, Span(-1.0, 2.0, 20))
    assert np.array_equal(before, np.concatenate((np.zeros((10, 2)), whole[:10])))
    assert not wave_of(Sound(tone), FILM, Span(-2.0, 1.0, 10)).any()
    assert not wave_of(Sound(tone), FILM, Span(5.0, 1.0, 10)).any()


def test_more_points_than_samples_repeat_them(tone: str) -> None:
    found = wave_of(Sound(tone), FILM, Span(0.75, 4 / RATE, 8))
    assert np.array_equal(found[::2], found[1::2])
    assert np.array_equal(found[:, 0], found[:, 1])


def test_both_channels_count(tmp_path: Path) -> None:
    sides = np.zeros((RATE, 2))
    sides[:, 0], sides[:, 1] = 0.5, -0.25
    found = wave_of(Sound(save(tmp_path / "sides.wav", sides)), Fraction(1), Span(0.0, 1.0, 4))
    assert found == pytest.approx(np.tile([-0.25, 0.5], (4, 1)), abs=0.01)


def test_a_fade_is_seen(tone: str) -> None:
    found = wave_of(Sound(tone, fade_in=1.0), FILM, EVERY_FRAME)
    assert found[5, 1] < found[7, 1] < found[9, 1] < 0.5


def test_a_file_without_sound_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_text("nothing")
    with pytest.raises(UserError, match="holds no sound"):
        wave_of(Sound(str(tmp_path / "no.wav")), FILM, EVERY_FRAME)
    with pytest.raises(UserError, match="there is no such"):
        wave_of(Sound(str(tmp_path / "absent.wav")), FILM, EVERY_FRAME)
