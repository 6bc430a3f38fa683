"""Keys of text schedules and prompts are edited in the way they are written."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import Prompts, ScheduleError, Scope, TextSchedule
from schedules.edit import (
    add_prompt,
    add_text,
    delete_prompt,
    delete_text,
    editable_prompts,
    editable_texts,
    move_prompt,
    move_text,
    set_prompt,
    set_prompt_ease,
    set_prompt_negative,
    set_prompt_time,
    set_text,
    set_text_time,
)

FILM = Scope(frames=120, fps=15, bpm=120)
SAMPLERS = '0:("Euler a"), 2s: (DDIM), loop'


def test_keys_of_texts_are_listed_moved_added_and_deleted() -> None:
    assert [(k.frame, k.time, k.text) for k in editable_texts(SAMPLERS, FILM)] == [
        (0, "0", "Euler a"),
        (30, "2s", "DDIM"),
    ]
    assert move_text(SAMPLERS, FILM, 1, 45) == '0:("Euler a"), 3s: (DDIM), loop'
    assert add_text(SAMPLERS, FILM, 9, "UniPC") == '0:("Euler a"), 9:("UniPC"), 2s: (DDIM), loop'
    assert delete_text(SAMPLERS, FILM, 0) == "2s: (DDIM), loop"
    assert set_text(SAMPLERS, FILM, 0, "DDIM") == '0:("DDIM"), 2s: (DDIM), loop'
    assert set_text_time(SAMPLERS, FILM, 1, "max_f/2") == '0:("Euler a"), max_f/2: (DDIM), loop'


def test_a_single_text_stays_one_until_it_gets_a_second_key() -> None:
    assert set_text("Euler a", FILM, 0, "DDIM") == "DDIM"
    assert add_text("Euler a", FILM, 30, "DDIM") == '0:("Euler a"), 30:("DDIM")'
    assert set_text("Euler a", FILM, 0, "0: x") == '0:("0: x")'


def test_a_mapping_of_texts_stays_a_mapping() -> None:
    assert add_text({0: "{init_mask}", "after": "loop"}, FILM, 20, "!{init_mask}") == {
        0: "{init_mask}",
        20: "!{init_mask}",
        "after": "loop",
    }


def test_a_text_that_no_quotes_can_hold_is_refused_in_a_text_and_kept_in_a_mapping() -> None:
    odd = "(a)"
    with pytest.raises(ScheduleError, match="cannot be written between others"):
        set_text(SAMPLERS, FILM, 0, odd)
    assert editable_texts(set_text({0: "a", 9: "b"}, FILM, 0, odd), FILM)[0].text == odd


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.integers(1, 119))
def test_any_text_is_kept_or_refused(text: str, frame: int) -> None:
    try:
        edited = add_text("0:(a)", FILM, frame, text)
    except ScheduleError:
        return
    assert TextSchedule.parse(edited).values(FILM)[frame] == text


def test_prompts_are_listed_with_what_is_written_beside_them() -> None:
    source = {0: "a lake", "2s": {"text": "a forest", "negative": "fog", "ease": "linear"}}
    told = [(k.frame, k.time, k.text, k.negative, k.ease) for k in editable_prompts(source, FILM)]
    assert told == [(0, "0", "a lake", "", None), (30, "2s", "a forest", "fog", "linear")]
    assert set_prompt(source, FILM, 1, "a wood") == {
        0: "a lake",
        "2s": {"text": "a wood", "negative": "fog", "ease": "linear"},
    }


@pytest.mark.parametrize(
    ("source", "edited"),
    [
        ({0: "a", 30: "b", "morph": "linear"}, {0: "a", 45: "b", "morph": "linear"}),
        ({0: "a", "2s": "b"}, {0: "a", "3s": "b"}),
        ('{"0": "a", "30": "b"}', {"0": "a", "45": "b"}),
        ("0: a | 30: b", {"0": "a", "45": "b"}),
        (["a", "b"], {0: "a", 45: "b"}),
    ],
)
def test_a_moved_prompt_keeps_a_mapping_and_makes_one_of_other_sources(source: Any, edited: Any) -> None:
    assert move_prompt(source, FILM, 1, 45) == edited


def test_prompts_are_added_deleted_and_timed() -> None:
    assert add_prompt("a", FILM, 30, "b") == {0: "a", 30: "b"}
    assert add_prompt({0: "a", 60: "c"}, FILM, 30, "b") == {0: "a", 30: "b", 60: "c"}
    assert delete_prompt({0: "a", 60: "c"}, FILM, 0) == {60: "c"}
    assert set_prompt_time({0: "a", 60: "c"}, FILM, 1, "50%") == {0: "a", "50%": "c"}
    assert set_prompt("a", FILM, 0, "b --neg c") == "b --neg c"
    assert set_prompt(["a", "b"], FILM, 1, "c") == ["a", "c"]


def test_what_prompts_cannot_be_is_refused() -> None:
    with pytest.raises(ScheduleError, match="the last key cannot be deleted"):
        delete_prompt("a", FILM, 0)
    with pytest.raises(ScheduleError, match="frame 0 has a key already"):
        add_prompt("a", FILM, 0, "b")
    with pytest.raises(ScheduleError, match="sinn"):
        set_prompt({0: "a"}, FILM, 0, "a `sinn(t)`")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30).filter(lambda text: "`" not in text))
def test_any_prompt_is_kept_or_refused(text: str) -> None:
    for source in ("a", {0: "a", 9: "b"}, ["a", "b"]):
        try:
            edited = set_prompt(source, FILM, 0, text)
        except ScheduleError:
            continue
        assert editable_prompts(edited, FILM)[0].text == text
        assert Prompts.parse(edited).key_frames(FILM)[0] == 0


def test_a_negative_prompt_changes_where_it_is_written() -> None:
    assert set_prompt_negative("a lake", FILM, 0, "fog") == "a lake --neg fog"
    assert set_prompt_negative("a lake --neg fog --neg boats", FILM, 0, "") == "a lake"
    beside = {0: {"text": "a lake", "negative": "fog"}}
    assert set_prompt_negative(beside, FILM, 0, "boats") == {0: {"text": "a lake", "negative": "boats"}}
    assert set_prompt_negative(beside, FILM, 0, "") == {0: "a lake"}
    assert set_prompt_negative(["a", "b"], FILM, 1, "fog") == ["a", "b --neg fog"]


def test_a_prompt_gets_and_loses_its_easing() -> None:
    eased = set_prompt_ease({0: "a", 30: "b"}, FILM, 0, "linear")
    assert eased == {0: {"text": "a", "ease": "linear"}, 30: "b"}
    assert set_prompt_ease(eased, FILM, 0, None) == {0: "a", 30: "b"}
    with pytest.raises(ScheduleError):
        set_prompt_ease({0: "a", 30: "b"}, FILM, 0, "bouncy")
