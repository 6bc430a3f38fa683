"""docs/gallery.md shows every example preset as it is."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from animator.presets.examples import examples
from docs.build import footage
from docs.build.gallery import ROWS, SHEET_BYTES, THUMBNAIL_BYTES, in_order, page

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
