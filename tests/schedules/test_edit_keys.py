"""Keys of schedules are edited in the way they are written; the others stay as they are."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import EASINGS, Schedule, ScheduleError, Scope
from schedules.edit import (
    add_key,
    delete_key,
    editable_keys,
    move_key,
    set_ease,
    set_formula,
    set_time,
)

FILM = Scope(frames=120, fps=15, bpm=120)
DEFORUM = Scope(frames=120, fps=15, compat=True)


def test_keys_tell_their_time_value_and_easing() -> None:
    keys = editable_keys("0: (1.5), 2s:(1+t/15) bounce, 'max_f/2':(2)", FILM)
    told = [(k.index, k.frame, k.time, k.text, k.is_formula, k.value, k.ease) for k in keys]
    assert told == [
        (0, 0, "0", "1.5", False, 1.5, None),
        (1, 30, "2s", "1+t/15", True, 3.0, "bounce"),
        (2, 59, "max_f/2", "2", False, 2.0, None),
    ]


def test_a_formula_without_a_value_at_its_key_is_listed_as_nan() -> None:
    assert math.isnan(editable_keys("0:(1/t - 1/t), 9:(2)", FILM)[0].value)


@pytest.mark.parametrize(
    ("source", "index", "to", "edited"),
    [
        ("0:(1.02), 30: ( sin(t) ) , 60:3", 0, (15, 1.1), "15:(1.1), 30: ( sin(t) ) , 60:3"),
        ("0:(1.02), 30: ( sin(t) ) , 60:3", 1, (45, 7.0), "0:(1.02), 45: ( sin(t) ) , 60:3"),
        ("0:(1.02), 30: ( sin(t) ) , 60:3", 2, (90, 4.0), "0:(1.02), 30: ( sin(t) ) , 90:4"),
        ("0:(1), 30:(2) ease_in, 60:(3), loop", 1, (31, 2.5), "0:(1), 31:(2.5) ease_in, 60:(3), loop"),
        ({0: 1.0, "2s": "sin(t)", 90: {"value": 0.5, "ease": "bounce"}, "after": "loop"}, 2, (75, 0.25),
         {0: 1.0, "2s": "sin(t)", 75: {"value": 0.25, "ease": "bounce"}, "after": "loop"}),
        (1.5, 0, (0, 2.0), 2),
        ("1.5", 0, (0, 2.0), "2"),
        (1.5, 0, (12, None), "12:(1.5)"),
        ("0:(1)", 0, (0, -0.25), "0:(-0.25)"),
    ],
)  # fmt: skip
def test_a_moved_key_changes_alone(
    source: Any, index: int, to: tuple[int, float | None], edited: Any
) -> None:
    assert move_key(source, FILM, index, to) == edited


@pytest.mark.parametrize(
    ("time", "frame", "edited"),
    [("2s", 45, "3s"), ("2s", 33, "2.2s"), ("2s", 31, "31"), ("4b", 45, "6b"), ("50%", 119, "100%"),
     ("max_f/2", 70, "70"), ("max_f/2", 59, "max_f/2"), ("30", 31, "31"), ("2.5s", 30, "2s")],
)  # fmt: skip
def test_a_time_stays_in_its_unit_where_that_is_exact(time: str, frame: int, edited: str) -> None:
    assert move_key(f"0:(1), {time}:(2)", FILM, 1, (frame, None)) == f"0:(1), {edited}:(2)"


@pytest.mark.parametrize(
    ("start", "target", "stops"), [(0, 30, 29), (60, 30, 31), (60, 31, 32), (60, 90, 90)]
)
def test_a_key_stops_beside_others(start: int, target: int, stops: int) -> None:
    source = f"30:(1), 31:(5), {start}:(2)" if target == 31 else f"30:(1), {start}:(2)"
    moved = move_key(source, FILM, source.count(":") - 1, (target, None))
    assert editable_keys(moved, FILM)[-1].frame == stops


def test_the_digits_of_a_dragged_value_follow_the_height_of_the_curve() -> None:
    assert move_key("0:(1), 30:(1.02)", FILM, 1, (30, 1.0123456)) == "0:(1), 30:(1.01235)"
    assert move_key("0:(0), 30:(200)", FILM, 1, (30, 101.23456)) == "0:(0), 30:(101.2)"
    assert move_key("0:(0), 30:(200)", FILM, 1, (30, 101.23456), span=1) == "0:(0), 30:(101.235)"


def test_small_values_are_written_without_an_exponent() -> None:
    assert move_key("0:(0), 30:(0.00002)", FILM, 1, (30, 0.00001)) == "0:(0), 30:(0.00001)"


@pytest.mark.parametrize(
    ("source", "frame", "value", "edited"),
    [
        (1.5, 50, 0.7, "0:(1.5), 50:(0.7)"),
        ("min(t, 5)", 50, "t*2", "0:(min(t, 5)), 50:(t*2)"),
        ("10:(1), 30:(2), loop", 5, 3, "5:(3), 10:(1), 30:(2), loop"),
        ("10:(1), 30:(2), loop", 50, 3, "10:(1), 30:(2), 50:(3), loop"),
        ({10: 1, 30: 2, "after": "loop"}, 20, 3, {10: 1, 20: 3, 30: 2, "after": "loop"}),
        ({"10": 1}, 20, "t bounce", {"10": 1, "20": {"value": "t", "ease": "bounce"}}),
    ],
)
def test_a_key_is_added_in_its_place(source: Any, frame: int, value: Any, edited: Any) -> None:
    assert add_key(source, FILM, frame, value) == edited


@pytest.mark.parametrize(
    ("source", "index", "edited"),
    [
        ("0:(1), 30:(2),60:(3)", 0, "30:(2),60:(3)"),
        ("0:(1), 30:(2),60:(3)", 1, "0:(1), 60:(3)"),
        ("0:(1), 30:(2),60:(3)", 2, "0:(1), 30:(2)"),
        ("0:(1), 30:(2), mirror", 1, "0:(1), mirror"),
        ({0: 1, 30: 2, "after": "loop"}, 0, {30: 2, "after": "loop"}),
    ],
)
def test_a_key_is_deleted_with_its_comma(source: Any, index: int, edited: Any) -> None:
    assert delete_key(source, FILM, index) == edited


def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    with pytest.raises(ScheduleError, match="the last key cannot be deleted"):
        delete_key(1.5, FILM, 0)
    with pytest.raises(ScheduleError, match="frame 30 has a key already"):
        add_key("0:(1), 2s:(2)", FILM, 30, 5)
    with pytest.raises(ScheduleError, match="gives no frame"):
        move_key("0:(1), 30:(2)", FILM, 1, (10**13, 1))
    with pytest.raises(ScheduleError, match="there is no key 2"):
        move_key("0:(1), 30:(2)", FILM, 2, (40, 1))
    with pytest.raises(ScheduleError, match="frame 0 has a key already"):
        set_time("0:(1), 30:(2)", FILM, 1, "0s")
    with pytest.raises(ScheduleError, match="unknown easing"):
        set_ease("0:(1), 30:(2)", FILM, 1, "bouncy")
    with pytest.raises(ScheduleError, match="too large"):
        move_key("0:(1), 30:(2)", FILM, 1, (40, math.inf))


def test_a_mistyped_formula_is_refused_at_its_column() -> None:
    with pytest.raises(ScheduleError) as raised:
        set_formula("0:(1), 30:(2)", FILM, 1, "1+sinn(t)")
    assert raised.value.text == "1+sinn(t)"
    assert raised.value.column == 2


def test_formulas_times_and_easings_are_set_as_typed() -> None:
    assert set_formula("0:(1), 30:2", FILM, 1, "min(t,5)") == "0:(1), 30:(min(t,5))"
    assert set_formula("0:(1) back, 30:2", FILM, 0, "3") == "0:(3) back, 30:2"
    assert set_formula({0: 1, 30: 2}, FILM, 1, "(t) hold") == {0: 1, 30: {"value": "t", "ease": "hold"}}
    assert set_formula(1.5, FILM, 0, "sin(t)") == "sin(t)"
    assert set_time("0:(1), 30:2", FILM, 1, "max_f/4") == "0:(1), max_f/4:2"
    assert set_ease("0:(1), 30:2", FILM, 0, "back") == "0:(1) back, 30:2"
    assert set_ease({0: {"value": 1.0, "ease": "back"}, 9: 2}, FILM, 0, None) == {0: 1.0, 9: 2}


def test_corrected_mistakes_of_a_text_are_written_corrected() -> None:
    assert move_key("0:(1) 30:(2)", FILM, 1, (40, None)) == "0:(1), 40:(2)"
    assert delete_key("0:0:(1), 30:(2)", FILM, 1) == "0:(1)"


def test_a_text_that_only_deforum_reads_is_edited_in_its_reading() -> None:
    source = "0:((1), 30:(2))"
    with pytest.raises(ScheduleError):
        editable_keys(source, FILM)
    assert [key.value for key in editable_keys(source, DEFORUM)] == [1, 2]
    assert editable_keys(move_key(source, DEFORUM, 1, (50, 4)), DEFORUM)[1].frame == 50


NUMBERS = st.floats(-1000, 1000).map(lambda x: round(x, 4))
FORMULAS = st.sampled_from(["t", "1+0.1*sin(t/10)", "min(t, 5)", "where(t<10,1,2)", "max_f - t"])
TIMES = st.one_of(st.integers(0, 119).map(str), st.sampled_from(["2s", "8b", "50%", "max_f/3"]))
EASES = st.one_of(st.none(), st.sampled_from(sorted(EASINGS)))


@st.composite
def sources(draw: st.DrawFn) -> Any:
    contents = st.one_of(NUMBERS, FORMULAS)
    keys = draw(st.lists(st.tuples(TIMES, contents, EASES), min_size=1, max_size=6, unique_by=lambda k: k[0]))
    style = draw(st.sampled_from(["text", "loose", "mapping", "single"]))
    if style == "single":
        return keys[0][1]
    if style == "mapping":
        return {
            int(time) if time.isdecimal() else time: {"value": content, "ease": ease} if ease else content
            for time, content, ease in keys
        }
    between, form = (", ", "{}:({}){}") if style == "text" else (" ,\n", " {} : ( {} ){} ")
    return between.join(
        form.format(time, content, f" {ease}" if ease else "") for time, content, ease in keys
    )


def untouched(source: Any, scope: Scope, index: int) -> list[Any]:
    keys = [(k.frame, k.time, k.text, k.ease) for k in editable_keys(source, scope)]
    return keys[:index] + keys[index + 1 :]


@settings(max_examples=150, deadline=None)
@given(sources(), st.data(), st.sampled_from([FILM, Scope(120, fps=15, bpm=120, compat=True)]))
def test_edits_change_one_key_and_no_other(source: Any, data: st.DataObject, scope: Scope) -> None:
    keys = editable_keys(source, scope)
    index = data.draw(st.integers(0, len(keys) - 1))
    frame, value = data.draw(st.integers(0, 119)), data.draw(NUMBERS)
    moved = move_key(source, scope, index, (frame, value), span=1)
    now = editable_keys(moved, scope)
    assert untouched(moved, scope, index) == untouched(source, scope, index)
    others = {key.frame for key in keys if key.index != index}
    assert now[index].frame == frame or frame in others
    assert now[index].is_formula or now[index].value == pytest.approx(value, abs=0.001)
    assert now[index].is_formula == keys[index].is_formula
    assert now[index].ease == keys[index].ease
    if frame not in {key.frame for key in keys}:
        added = add_key(source, scope, frame, value, span=1)
        (place,) = [key.index for key in editable_keys(added, scope) if key.frame == frame]
        assert untouched(added, scope, place) == [(k.frame, k.time, k.text, k.ease) for k in keys]
        again = delete_key(added, scope, place)
        assert np.array_equal(Schedule.parse(again).values(scope), Schedule.parse(source).values(scope))
