"""Fixtures of the gallery's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from animator.gallery.gallery import Gallery
from tests.animator.gallery.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty renders folder."""
    gallery = Gallery(tmp_path / "renders")
    yield Shelf(tmp_path / "renders", gallery)
    gallery.close()
