"""Words and numbers for people."""

import pytest

from animator.studio.gallery.words import items_text, rank_text, size_text
from animator.studio.labels import translation

ENGLISH = translation("en")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (2_000_000, "2.0 MB"), (5e12, "5000.0 GB")],
)
def test_a_size_has_the_unit_that_suits_it(size: int, text: str) -> None:
    assert size_text(size) == text


def test_numbers_of_items_and_stars_are_in_words() -> None:
    assert [items_text(count, ENGLISH) for count in (1, 2, 100_000)] == ["1 item", "2 items", "100,000 items"]
    assert [rank_text(rank, ENGLISH) for rank in (0, 1, 5)] == ["No rank", "1 star", "5 stars"]
