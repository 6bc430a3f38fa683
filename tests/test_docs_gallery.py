"""docs/gallery.md shows every example preset as it is."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from animator.film.samples import source_samples
from animator.film.sound import Sound
from animator.presets.examples import examples
from docs.build import footage, music
from docs.build.gallery import HEARD, ROWS, SHEET_BYTES, THUMBNAIL_BYTES, VIDEO_BYTES, in_order, page

DOCS = Path(__file__).parents[1] / "docs"
NAMES = [example.name for example in examples()]


def test_the_page_is_that_of_the_presets() -> None:
    assert (DOCS / "gallery.md").read_text() == page(in_order())


@pytest.mark.parametrize("name", NAMES)
def test_every_example_has_a_small_sheet(name: str) -> None:
    assert 0 < (DOCS / "pictures" / "gallery" / f"{name}.jpg").stat().st_size <= SHEET_BYTES


@pytest.mark.parametrize("example", examples(), ids=NAMES)
def test_every_example_has_a_small_thumbnail(example: object) -> None:
    thumbnail = getattr(example, "thumbnail", None)
    assert isinstance(thumbnail, Path) and thumbnail.stat().st_size <= THUMBNAIL_BYTES


def test_rows_are_versions_of_presets() -> None:
    assert set(ROWS) <= set(NAMES)
    assert all(name in [folder for _, folder in rows] for name, rows in ROWS.items())


def test_the_footage_of_the_examples_is_that_of_its_script() -> None:
    path = DOCS.parent / "presets" / "clips" / "fjord.mp4"
    clip = cv2.VideoCapture(str(path))
    decoded, image = clip.read()
    assert decoded and path.stat().st_size <= 250_000
    assert (clip.get(cv2.CAP_PROP_FRAME_COUNT), clip.get(cv2.CAP_PROP_FPS)) == (footage.FRAMES, footage.FPS)
    made = footage.frame(footage.land(), 0)
    assert np.abs(image[..., ::-1].astype(float) - made).mean() < 4


@pytest.mark.parametrize("name", HEARD)
def test_a_film_to_music_is_shown_as_a_small_video_of_its_whole_length_with_sound(name: str) -> None:
    path = DOCS / "pictures" / "gallery" / f"{name}.mp4"
    assert path.stat().st_size <= VIDEO_BYTES
    assert Sound(str(path)).seconds() == pytest.approx(music.SECONDS, abs=0.1)


def test_the_music_of_the_examples_is_that_of_its_script() -> None:
    path = DOCS.parent / "presets" / "sounds" / "tide.m4a"
    assert path.stat().st_size <= 150_000
    decoded = np.concatenate(list(source_samples(Sound(str(path)))))
    heard, made = levels(decoded), levels(music.music())
    assert len(heard) == len(made) and np.corrcoef(heard, made)[0, 1] > 0.98


def levels(sound: np.ndarray) -> np.ndarray:
    """RMS of each 20 ms of a sound (samples, channels)."""
    blocks = sound[: len(sound) // 960 * 960].astype(float).reshape(-1, 960 * sound.shape[1])
    return np.sqrt((blocks**2).mean(axis=1))
