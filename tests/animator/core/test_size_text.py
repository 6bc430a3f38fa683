"""Sizes in words."""

import pytest

from animator.core.size_text import size_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1400, "1.4 kB"),
        (2_000_000, "2 MB"),
        (28_900_000, "28.9 MB"),
        (5e9, "5 GB"),
    ],
)
def test_a_size_has_the_unit_that_suits_it(size: int, text: str) -> None:
    assert size_text(size) == text
