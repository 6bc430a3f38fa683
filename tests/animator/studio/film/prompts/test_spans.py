"""Prompts along the time of a film, and what is changed in the text of a preset."""

from functools import partial

import pytest

from animator.errors import UserError
from animator.studio.film.prompts.changes import with_prompts
from animator.studio.film.prompts.spans import Span, free_frame, spans, text_of
from schedules import Scope
from schedules.edit import add_prompt, editable_prompts, set_prompt, set_prompt_time

FILM = Scope(100, fps=10)


def seen(source: object) -> list[Span]:
    return spans(editable_prompts(source, FILM), FILM.frames)


def test_prompts_are_in_the_order_of_time_with_their_frames() -> None:
    found = seen({"5s": "late", 0: "early", 20: "middle"})
    assert [(span.prompt.text, span.first, span.stop) for span in found] == [
        ("early", 0, 20),
        ("middle", 20, 50),
        ("late", 50, 100),
    ]


def test_the_first_prompt_is_seen_from_the_beginning() -> None:
    assert [(span.first, span.stop) for span in seen({10: "a", 30: "b"})] == [(0, 30), (30, 100)]


def test_a_prompt_behind_the_end_is_never_seen() -> None:
    assert [span.is_seen for span in seen({0: "a", 200: "b"})] == [True, False]


def test_negative_parts_are_found_wherever_they_are_written() -> None:
    behind, beside = seen({0: "a lake --neg fog", 9: {"text": "a sea", "negative": "boats"}})
    assert (behind.positive, behind.negative) == ("a lake", "fog")
    assert (beside.positive, beside.negative) == ("a sea", "boats")
    assert text_of("a", "") == "a" and text_of("a", "b") == "a --neg b"


@pytest.mark.parametrize(
    ("source", "after", "frame"),
    [("a", 0, 50), ({0: "a", 50: "b"}, 0, 25), ({0: "a", 50: "b"}, 1, 75), ({0: "a", 1: "b"}, 0, 2)],
)
def test_one_more_prompt_begins_in_the_middle_of_another(source: object, after: int, frame: int) -> None:
    assert free_frame(seen(source), after, FILM.frames) == frame


def test_there_is_a_frame_for_one_more_where_all_are_taken() -> None:
    full = spans(editable_prompts({0: "a", 1: "b"}, Scope(2)), 2)
    assert free_frame(full, 0, 2) == free_frame(full, 1, 2) == 2


def test_a_single_prompt_gets_a_key_when_a_second_comes() -> None:
    text = with_prompts("prompts: a lake  # calm\n", partial(add_prompt, frame=50, text="a sea"), FILM, 1, "")
    assert "0: a lake" in text and "50: a sea" in text


def test_a_prompt_changes_and_comments_stay() -> None:
    text = 'prompts:\n  0: "a lake"  # calm\n  2s: a sea  # wild\n'
    edited = with_prompts(text, partial(set_prompt, index=0, text="a pond"), FILM, 2, "")
    assert edited == text.replace("a lake", "a pond")
    edited = with_prompts(text, partial(set_prompt_time, index=1, time="50%"), FILM, 2, "")
    assert "50%: a sea" in edited


def test_prompts_of_an_extended_preset_are_copied_when_they_are_changed() -> None:
    change = partial(set_prompt, index=0, text="a pond")
    assert "a pond" in with_prompts("extends: base.yaml\n", change, FILM, 1, "a lake")


def test_prompts_that_another_page_has_changed_are_not_edited_by_their_old_places() -> None:
    with pytest.raises(UserError, match="another page"):
        with_prompts("prompts: {0: a, 5: b}\n", partial(set_prompt, index=0, text="c"), FILM, 1, "")
