"""Words that a person looks for."""

import pytest

from animator.studio.search import has_words


@pytest.mark.parametrize("wanted", ["", None, "  ", "lake", "NIGHT lake", "straße", "STRASSE", "호수"])
def test_a_text_has_words_in_any_order_and_case(wanted: str | None) -> None:
    assert has_words("A Lake at night, Straße, 호수", wanted)


@pytest.mark.parametrize("wanted", ["lakes", "lake day", "at-night"])
def test_one_word_that_is_missing_is_enough(wanted: str) -> None:
    assert not has_words("a lake at night", wanted)
