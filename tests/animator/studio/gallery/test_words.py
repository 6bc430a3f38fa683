"""Words and numbers for people."""

from animator.studio.gallery.words import items_text, rank_text
from animator.studio.labels import translation

ENGLISH = translation("en")


def test_numbers_of_items_and_stars_are_in_words() -> None:
    assert [items_text(count, ENGLISH) for count in (1, 2, 100_000)] == ["1 item", "2 items", "100,000 items"]
    assert [rank_text(rank, ENGLISH) for rank in (0, 1, 5)] == ["No rank", "1 star", "5 stars"]
