"""Searches of the gallery, and the files that it indexes."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.gallery.errors import QueryError
from animator.gallery.gallery import Gallery
from animator.gallery.metadata import read_metadata
from animator.gallery.query import GalleryQuery, Kind, NegativeMode, Sort
from tests.animator.gallery.shelf import write_image
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged_files
from tests.fuzz.values import TEXT

PATTERN = st.text('ab(?:)*+{1,9}[]|\\^$.<>=!P"0', max_size=40)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """A gallery with some images."""
    folder = tmp_path_factory.mktemp("renders")
    for number in range(3):
        write_image(folder / f"{number}.png", f"ab{number}, a lake", negative="fog")
    gallery = Gallery(folder)
    gallery.refresh()
    yield gallery
    gallery.close()


@given(
    text=TEXT | PATTERN,
    negative=TEXT | PATTERN,
    mode=st.sampled_from(NegativeMode),
    sort=st.sampled_from(Sort),
    case_sensitive=st.booleans(),
    regex=st.booleans(),
)
def test_searches(
    gallery: Gallery,
    text: str,
    negative: str,
    mode: NegativeMode,
    sort: Sort,
    case_sensitive: bool,
    regex: bool,
) -> None:
    query = GalleryQuery(
        text, negative, mode, sort=sort, case_sensitive=case_sensitive, regex=regex, run=negative or None
    )
    with bounded(QueryError):
        gallery.search(query)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the damaged files are."""
    return tmp_path_factory.mktemp("damaged")


@given(data=st.data())
def test_metadata(data: st.DataObject, folder: Path) -> None:
    whole = write_image(folder / "whole.png", "a lake", negative="fog").read_bytes()
    path = folder / f"file{data.draw(st.sampled_from(('.png', '.jpg', '.webp', '.gif')))}"
    path.write_bytes(data.draw(damaged_files([whole])))
    for kind, run in itertools.product((Kind.IMAGE, Kind.FRAME), (None, folder)):
        with bounded():
            read_metadata(path, kind, run)
    (folder / "preset.yaml").write_bytes(
        data.draw(damaged_files([b"prompts: {0: a lake}\nsize: [64, 64]\n"]))
    )
    with bounded():
        read_metadata(folder / "film.mp4", Kind.FILM, folder)
