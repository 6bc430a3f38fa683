"""docs/gallery.md shows every example preset as it is."""

from pathlib import Path

import pytest

from animator.presets.examples import examples
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
