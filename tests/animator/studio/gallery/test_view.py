"""What a gallery page shows, as its URL says it."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from animator.gallery.query import GalleryQuery, Kind, NegativeMode, Sort
from animator.studio.gallery.view import PATH, GalleryView, url_of, view_of

EVERYTHING = GalleryView(
    GalleryQuery(
        text="a & b=c, 등대",
        negative="blurry?",
        negative_mode=NegativeMode.WITHOUT,
        case_sensitive=True,
        regex=True,
        ranks=(2, 4),
        favorites=True,
        kind=Kind.FILM,
        run="harbor/1",
        sort=Sort.RANDOM,
        seed=7,
        trash=True,
    ),
    number=12,
    size=120,
)


def test_a_url_says_everything_that_is_shown() -> None:
    assert view_of(dict(parse_qsl(urlsplit(url_of(EVERYTHING)).query))) == EVERYTHING


def test_a_url_says_nothing_of_defaults() -> None:
    assert url_of(GalleryView()) == PATH
    assert view_of({}) == GalleryView()


WRONG = """
page=0 page=x page=9999999999999999 size=7 rank=5-1 rank=1 rank=0-9 kind=song sort=up mode=no seed=-1
regex=yes other=1
"""


@pytest.mark.parametrize("parameter", [*WRONG.split(), "page=" + "9" * 5000])
def test_what_is_wrong_in_a_url_counts_as_not_given(parameter: str) -> None:
    assert view_of(dict(parse_qsl(parameter))) == GalleryView()


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (60, 1), (61, 2), (100_000, 1667)])
def test_pages_are_counted(total: int, pages: int) -> None:
    assert GalleryView().pages(total) == pages
    assert GalleryView(number=3).first == 120
