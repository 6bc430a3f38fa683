"""Searches by regular expressions, also by those that strangers send."""

from typing import Any

import pytest

from animator.gallery import search
from animator.gallery.errors import QueryError
from animator.gallery.query import GalleryQuery, NegativeMode
from tests.animator.gallery.shelf import Shelf


@pytest.fixture
def full(shelf: Shelf) -> Shelf:
    """Two images."""
    shelf.add("images/lake.png", "a Lake at dawn", negative="fog")
    shelf.add("images/city.png", "a city " + "a" * 200, fields="Steps: 20, Seed: 7", age_s=1)
    return shelf


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"l.ke\b", ["images/lake.png"]),
        (r"^seed: \d$", ["images/city.png"]),
        (r"^images/(lake|city)\.png$", ["images/lake.png", "images/city.png"]),
        (r"^Sampler: Euler", ["images/lake.png"]),
        (r"\p{Hangul}", []),
    ],
)
def test_a_pattern_is_looked_for_line_by_line(full: Shelf, pattern: str, found: list[str]) -> None:
    assert full.find(pattern, regex=True) == found


def test_capital_letters_count_where_asked(full: Shelf) -> None:
    assert full.find("LAKE", regex=True) == full.find("Lake", regex=True, case_sensitive=True)
    assert full.find("LAKE", regex=True, case_sensitive=True) == []


def test_patterns_search_the_negative_prompt(full: Shelf) -> None:
    query: dict[str, Any] = {"regex": True, "negative": "f.g$"}
    assert full.find(**query, negative_mode=NegativeMode.ONLY) == ["images/lake.png"]
    assert full.find(**query, negative_mode=NegativeMode.WITHOUT) == ["images/city.png"]


def test_a_mistake_in_a_pattern_is_told_with_its_place(full: Shelf) -> None:
    with pytest.raises(QueryError, match=r"a\(b is no regular expression: missing \) at character 4"):
        full.find("a(b", regex=True)


@pytest.mark.parametrize("pattern", ["(?R)", "(a)(?1)", "(?P<n>a)(?&n)", "(?<n>a)(?P>n)", "x" * 301])
def test_patterns_that_may_take_any_memory_are_refused(full: Shelf, pattern: str) -> None:
    with pytest.raises(QueryError, match="the pattern"):
        full.find(pattern, regex=True)


def test_a_pattern_that_never_ends_is_given_up_and_the_next_search_works(
    full: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SEARCH_S", 0.2)
    query = GalleryQuery(r"(a|aa)+\d", regex=True)
    for _ in range(2):
        with pytest.raises(QueryError, match="took longer than"):
            full.gallery.search(query)
    monkeypatch.undo()
    assert full.find("lake") == full.find("l.ke", regex=True) == ["images/lake.png"]


def test_a_search_waits_for_its_turn_no_longer_than_it_may_take(
    full: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SEARCH_S", 0.05)
    turns = full.gallery._search._turns
    held = [turns.acquire() for _ in range(search._PATTERNS)]
    with pytest.raises(QueryError, match="others search"):
        full.find("lake", regex=True)
    for _ in held:
        turns.release()
    assert full.find("lake")
