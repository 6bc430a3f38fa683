"""Keys in beats, bars and markers: steady tempo, tempo maps, names, mistakes, and moving such keys."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Prompts, Schedule, ScheduleError, Scope, TextSchedule
from schedules.edit import (
    add_key,
    editable_prompts,
    editable_texts,
    move_key,
    move_text,
    set_formula,
    set_time,
)
from schedules.formula import Place
from schedules.keys import is_key, parse_key

STEADY = Scope(200, fps=10, bpm=120)
TRACKED = Scope(200, fps=10, beats=(0.5, 1.0, 1.5, 2.5, 3.5))
MARKERS = {"drop": 2.04, "verse_2": 5}
MARKED = Scope(100, fps=10, bpm=120, first_beat=0.3, markers=MARKERS)


def frame(key: str, scope: Scope) -> int:
    return parse_key(key, Place(key), scope.markers).frame(scope)


@pytest.mark.parametrize(
    ("key", "scope", "expected"),
    [
        ("8b", STEADY, 40),
        ("2bar", STEADY, 40),
        ("0.5bar", STEADY, 10),
        ("2 bar", STEADY, 40),
        ("-1bar", STEADY, -20),
        ("2bar", Scope(200, fps=10, bpm=120, beats_per_bar=3), 30),
        ("0b", MARKED, 3),
        ("1bar", MARKED, 23),
        ("2s", MARKED, 20),
        ("0b", TRACKED, 5),
        ("2b", TRACKED, 15),
        ("2.5b", TRACKED, 20),
        ("4b", TRACKED, 35),
        ("1bar", TRACKED, 35),
        ("6b", TRACKED, 55),
        ("-1b", TRACKED, 0),
        ("drop", MARKED, 20),
        ("'drop'", MARKED, 20),
        ("drop + 5", MARKED, 25),
        ("verse_2 - 0.5*fps", MARKED, 45),
    ],
)
def test_a_key_falls_on_its_frame(key: str, scope: Scope, expected: int) -> None:
    assert frame(key, scope) == expected
    assert Schedule.parse({key: 1.0}, markers=scope.markers).points(scope)[0].frame == expected


def test_keys_in_bars_and_markers_stand_everywhere_a_key_may() -> None:
    scope = MARKED
    numbers = Schedule.parse("0:(0) hold, drop:(1) hold, 2bar:(2)", markers=MARKERS)
    assert numbers.key_frames(scope) == (0, 20, 43)
    assert np.unique(numbers.values(scope)[19:21]).tolist() == [0, 1]
    texts = TextSchedule.parse('0:("a"), drop:("b"), 2bar:("c")', markers=MARKERS)
    assert texts.values(scope)[19:21] == ("a", "b")
    assert texts.key_frames(scope) == (0, 20, 43)
    for source in ({0: "a", "drop": "b", "2bar": "c"}, '{"0": "a", "drop": "b", "2bar": "c"}'):
        prompts = Prompts.parse(source, markers=MARKERS)
        assert [one.positive for one in prompts.at(scope)[19:21]] == ["a", "b"]
        assert prompts.key_frames(scope) == (0, 20, 43)
    assert Prompts.parse("0: a | 2bar: b").key_frames(scope) == (0, 43)


def test_a_marker_is_its_frame_in_formulas() -> None:
    values = Schedule.parse("where(t < drop, 0, t - drop)", markers=MARKERS).values(MARKED)
    assert values[18:23].tolist() == [0, 0, 0, 1, 2]


@pytest.mark.parametrize("compat", [False, True])
def test_markers_work_with_the_rules_of_deforum_too(compat: bool) -> None:
    scope = Scope(100, fps=10, compat=compat, markers=MARKERS)
    assert Schedule.parse("0:(0), drop:(1)", markers=MARKERS).values(scope)[20] == 1


def test_a_text_whose_first_word_is_no_marker_is_one_text() -> None:
    assert TextSchedule.parse('drop:("a")').values(MARKED)[0] == 'drop:("a")'
    assert TextSchedule.parse('drop:("a")', markers=MARKERS).values(MARKED)[0] == "a"
    assert not is_key("drop")


@pytest.mark.parametrize(
    ("key", "fragments"),
    [
        ("dorp", ["unknown name `dorp`", "did you mean `drop`?"]),
        ("saw(1)", ["a key cannot depend on time, as `saw` does"]),
        ("1 + smooth(3, 1)", ["a key cannot depend on time, as `smooth` does"]),
        ("9" * 400 + "s", ["gives no frame"]),
        ("9" * 400 + "bar", ["gives no frame"]),
    ],
)
def test_a_mistake_in_a_key_is_explained(key: str, fragments: list[str]) -> None:
    for scope in (MARKED, Scope(100, beats=(0, 1), markers=MARKERS)):
        with pytest.raises(ScheduleError) as caught:
            frame(key, scope)
        for fragment in fragments:
            assert fragment in str(caught.value)


def test_beats_and_markers_that_the_film_lacks_are_named() -> None:
    for key, unit in (("8b", "beats"), ("2bar", "bars")):
        with pytest.raises(ScheduleError, match=f"`{key}` is in {unit}, and the film has no beat"):
            frame(key, Scope(9))
    schedule = Schedule.parse("0:(0), 9:(1), drop:(2)", markers=MARKERS)
    with pytest.raises(ScheduleError, match="the film has no marker `drop`") as caught:
        schedule.values(Scope(9, markers={"drops": 1.0}))
    assert (caught.value.column, caught.value.hint) == (14, "did you mean `drops`?")
    with pytest.raises(ScheduleError, match="markers: none"):
        schedule.values(Scope(9))
    with pytest.raises(ScheduleError, match="needs the signal `drop`"):
        Schedule.parse("t > drop", markers=MARKERS).values(Scope(9))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"beats_per_bar": 0}, "a bar has 0 beats; expected 1 to 64"),
        ({"first_beat": float("nan")}, "the first beat is at nan s"),
        ({"beats": (1.0,)}, "expected 2 to 1000000 times"),
        ({"beats": (1.0, 1.0)}, "each later than the one before"),
        ({"beats": (1.0, float("nan"))}, "each later than the one before"),
        ({"markers": {"drop": float("inf")}}, "marker `drop` is at inf s"),
        ({"markers": {"the drop": 1}}, "is not a word"),
        ({"markers": {"_drop": 1}}, "is not a word"),
        ({"markers": {"드롭": 1}}, "is not a word"),
        ({"markers": {"max_f": 1}}, "means something else"),
        ({"markers": {"after": 1}}, "means something else"),
        ({"markers": {"if": 1}}, "means something else"),
        ({"markers": {"drop": 1}, "signals": {"drop": np.zeros(3)}}, "means something else"),
    ],
)
def test_a_film_with_impossible_beats_or_markers_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        Scope(3, **settings)


def test_films_are_equal_if_beats_and_markers_are() -> None:
    assert Scope(9, markers=MARKERS) == Scope(9, markers=dict(MARKERS))
    assert Scope(9, markers=MARKERS) != Scope(9)
    assert len({Scope(9, markers=MARKERS), Scope(9, markers=dict(MARKERS))}) == 1


GAPS = st.lists(st.floats(0.01, 3), min_size=2, max_size=30)
TIMES = GAPS.map(lambda gaps: tuple(np.cumsum(gaps).tolist()))


@given(TIMES, st.floats(-40, 60))
def test_the_frame_of_a_beat_has_the_beat(beats: tuple[float, ...], beat: float) -> None:
    for scope in (Scope(9, fps=24, beats=beats), Scope(9, fps=24, bpm=133, first_beat=beats[0])):
        assert scope.beat_of_frame(scope.frame_of_beat(beat)) == pytest.approx(beat, abs=1e-6)


@given(TIMES)
def test_every_tracked_beat_is_a_key(beats: tuple[float, ...]) -> None:
    scope = Scope(9, fps=24, beats=beats)
    assert [scope.frame_of_beat(n) for n in range(len(beats))] == pytest.approx([24 * x for x in beats])


def test_a_moved_key_keeps_its_unit_where_that_is_exact() -> None:
    assert move_key("0:(0), 1bar:(1)", TRACKED, 1, (55, None)) == "0:(0), 1.5bar:(1)"
    assert move_key("0:(0), 1b:(1)", MARKED, 1, (13, None)) == "0:(0), 2b:(1)"
    marked = "0:(0), drop:(1)"
    assert move_key(marked, MARKED, 1, (30, None)) == "0:(0), 30:(1)"
    assert set_time("0:(0), 9:(1)", MARKED, 1, "drop") == marked
    assert add_key(marked, MARKED, 10, 0.5) == "0:(0), 10:(0.5), drop:(1)"


def test_texts_prompts_and_formulas_with_markers_and_signals_are_edited() -> None:
    assert move_text('drop:("a"), 30:("b")', MARKED, 1, 40) == 'drop:("a"), 40:("b")'
    assert [key.frame for key in editable_texts({"drop": "a"}, MARKED)] == [20]
    assert [key.frame for key in editable_prompts({"drop": "a"}, MARKED)] == [20]
    scope = Scope(9, signals={"bass": np.zeros(9)})
    assert set_formula("bass*2", scope, 0, "bass*3") == "bass*3"


@pytest.mark.parametrize("compat", [False, True])
@pytest.mark.parametrize("ease", ["hold", "linear"])
def test_the_math_of_prompts_has_signals_and_markers(compat: bool, ease: str) -> None:
    signals = {"bass": np.arange(4) / 2}
    scope = Scope(4, fps=1, compat=compat, signals=signals, markers={"drop": 3.0})
    source = {0: "a `bass`", "drop": "b `bass`"}
    prompts = Prompts.parse(source, suffix="`drop`", signals=signals, markers=scope.markers).morphing(ease)
    first, *_, last = (frame.positive for frame in prompts.at(scope))
    numbers = ("0.0", "1.5", "3.0") if compat else ("0", "1.5", "3")
    assert (first, last) == (f"a {numbers[0]} {numbers[2]}", f"b {numbers[1]} {numbers[2]}")


def test_a_far_marker_is_an_error() -> None:
    with pytest.raises(ScheduleError, match="gives no frame"):
        frame("drop", Scope(9, fps=1e300, markers={"drop": 1e9}))
