"""Schedules: keys in all their forms, the values between them and beyond."""

import pickle
from typing import Any

import numpy as np
import pytest

from schedules import EASINGS, Schedule, ScheduleError, Scope


def values(source: Any, frames: int = 11, **scope: Any) -> list[float]:
    return Schedule.parse(source).values(Scope(frames, **scope)).tolist()


def ramp(*corners: tuple[float, float], frames: int = 11) -> list[float]:
    xs, ys = zip(*corners, strict=True)
    return np.interp(np.arange(frames), xs, ys).tolist()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (2, ramp((0, 2))),
        (0.5, ramp((0, 0.5))),
        ("0.5", ramp((0, 0.5))),
        ("t", ramp((0, 0), (10, 10))),
        ("0:(1), 10:(2)", ramp((0, 1), (10, 2))),
        ({0: 1, 10: 2}, ramp((0, 1), (10, 2))),
        ({"0": "1", 10: "(2)"}, ramp((0, 1), (10, 2))),
        ("10:(2), 0:(1)", ramp((0, 1), (10, 2))),
        ("0:(1), 10:(9), 10:(2)", ramp((0, 1), (10, 2))),
        (",0:(1),, 10:(2),", ramp((0, 1), (10, 2))),
        ("0:(1) 10:(2)", ramp((0, 1), (10, 2))),
        ("0:(1)\n10:(2)\n", ramp((0, 1), (10, 2))),
        ("0:(1); 10:(2)", ramp((0, 1), (10, 2))),
        ("0: 0: (1), 10: (2)", ramp((0, 1), (10, 2))),
        ("0: 1, 10: 2", ramp((0, 1), (10, 2))),
        ("“0”:(1), ‘10’:(2)", ramp((0, 1), (10, 2))),
        ("0:(1), 10:(−2)", ramp((0, 1), (10, -2))),
        ("4:(1), 8:(2)", ramp((4, 1), (8, 2))),
        ("4:(t), 8:(2)", [4, 4, 4, 4, 4, 5, 6, 7, 2, 2, 2]),
        ("0:( 1 ), 10:(2e0)", ramp((0, 1), (10, 2))),
        ("0:(0), 20:(20)", ramp((0, 0), (20, 20))),
        ("-10:(0), 10:(20)", ramp((-10, 0), (10, 20))),
        ('0:(0), "max_f/2":(5), max_f:(0)', ramp((0, 0), (5, 5), (10, 0))),
        ("0:(0), min(max_f, 5):(5)", ramp((0, 0), (5, 5))),
        ("0:(0), 2.9:(2)", ramp((0, 0), (2, 2))),
        ("0:(where(t<5, 1, 2)), 8:(min(t, 3))", [1] * 5 + [2] * 3 + [3] * 3),
        ("0:('t % 4')", [t % 4 for t in range(11)]),
        ("0:(sqrt(t-5))", [0] * 5 + [float(np.sqrt(t - 5)) for t in range(5, 11)]),
    ],
)
def test_keys_in_every_form(source: Any, expected: list[float]) -> None:
    np.testing.assert_allclose(values(source), expected)


@pytest.mark.parametrize(
    ("key", "frame"),
    [("2s", 30), ("1.5s", 23), ("50%", 50), ("100%", 99), ("8b", 60), (".5s", 8), ("2 s", 30)],
)
def test_keys_in_seconds_beats_and_percent(key: str, frame: int) -> None:
    scope = Scope(100, fps=15, bpm=120)
    for source in (f"0:(0), {key}:(1)", {0: 0, key: 1}):
        assert Schedule.parse(source).key_frames(scope) == (0, frame)


def test_keys_in_seconds_move_with_fps() -> None:
    schedule = Schedule.parse({0: 0, "2s": 1})
    assert schedule.key_frames(Scope(100, fps=10)) == (0, 20)
    assert schedule.key_frames(Scope(100, fps=24)) == (0, 48)


def test_beats_need_bpm() -> None:
    with pytest.raises(ScheduleError, match="in beats") as caught:
        Schedule.parse("0:(0), 8b:(1)").values(Scope(10))
    assert caught.value.column == 7
    assert "bpm: 120" in str(caught.value)


@pytest.mark.parametrize("name", sorted(EASINGS))
def test_an_easing_starts_and_ends_on_its_keys(name: str) -> None:
    curve = values(f"0:(2) {name}, 10:(7), 20:(1)", 21)
    assert curve[0] == pytest.approx(2)
    assert curve[10] == pytest.approx(7)
    assert curve == pytest.approx(values({0: {"value": 2, "ease": name}, 10: 7, 20: 1}, 21))
    ends = EASINGS[name](np.array([0.0, 1.0]))
    assert ends == pytest.approx([0.0, 0.0 if name == "hold" else 1.0], abs=1e-12)


def test_hold_stays_until_the_next_key() -> None:
    assert values("0:(2) hold, 5:(7)") == [2] * 5 + [7] * 6


def test_ease_in_out_is_slow_at_both_ends() -> None:
    u = np.arange(11) / 10
    assert values("0:(0) ease_in_out, 10:(1)") == pytest.approx(u * u * (3 - 2 * u))


def test_bounce_comes_back_up_thrice() -> None:
    curve = np.array(values("0:(0) bounce, 1000:(1)", 1001))
    assert (np.diff(np.sign(np.diff(curve))) < 0).sum() == 3
    assert curve.max() <= 1.0


def test_cubic_goes_smoothly_through_keys_without_overshoot() -> None:
    curve = np.array(values("0:(0) cubic, 10:(1) cubic, 20:(1) cubic, 30:(5) cubic, 40:(0)", 41))
    assert curve[[0, 10, 20, 30, 40]] == pytest.approx([0, 1, 1, 5, 0])
    assert curve[10:21] == pytest.approx(np.ones(11))
    assert curve.max() == pytest.approx(5)
    assert curve.min() == pytest.approx(0)
    assert np.abs(np.diff(curve, 2)).max() < 0.4


def test_a_formula_runs_until_the_next_key_or_fades_into_it() -> None:
    assert values("0:(t), 5:(0)") == [0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0]
    fading = values("0:(t) linear, 5:(0)")
    assert fading == pytest.approx([t * (1 - t / 5) for t in range(5)] + [0] * 6)


def test_a_number_glides_to_a_formulas_first_value() -> None:
    assert values("0:(0), 5:(t*2)") == pytest.approx(ramp((0, 0), (5, 10), (10, 20)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("0:(0), 4:(4), loop", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]),
        ("0:(0), 4:(4), mirror", [0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2]),
        ({0: 0, 4: 4, "after": "loop"}, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]),
        ("2:(0), 4:(2), loop", [0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0]),
        ("-2:(0), 2:(4), loop", [2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0]),
        ("0:(t*t), 3:(0), loop", [0, 1, 4, 0, 1, 4, 0, 1, 4, 0, 1]),
        ("0:(0), 4:(4), hold", [0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4]),
        ("0:(0), 40:(40), loop", list(range(11))),
        ("3:(5), loop", [5] * 11),
    ],
)
def test_what_follows_the_last_key(source: Any, expected: list[float]) -> None:
    assert values(source) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("source", "frame", "column"),
    [("0:(1/t)", 0, 2), ("0:(1), 5:(1/(t-7))", 7, 9), ("0:(log(t))", 0, 2), ("0:(exp(t*t*9))", 9, 2)],
)
def test_infinite_values_are_rejected_with_their_frame(source: str, frame: int, column: int) -> None:
    with pytest.raises(ScheduleError, match="infinite") as caught:
        values(source)
    assert (caught.value.frame, caught.value.column) == (frame, column)
    assert str(caught.value).startswith(f"frame {frame}: ")
    assert Schedule.parse(source).values(Scope(11, compat=True))[frame] in (np.inf, -np.inf)


def test_a_formula_without_any_number_is_rejected() -> None:
    with pytest.raises(ScheduleError, match="not a number") as caught:
        values("0:(sqrt(t-50))")
    assert caught.value.frame == 0


@pytest.mark.parametrize(
    ("source", "column", "fragment"),
    [
        ("", None, "empty"),
        ("  ", None, "empty"),
        ("0:", 2, "there is no value here"),
        ("0:()", 3, "there is no value here"),
        (":(1)", 0, "a key is missing"),
        ("0:(0), 10(2)", 7, "a ':' is missing: 10:(2)"),
        ("0:(0), later", 7, "not a key with a value"),
        ("0:(1):x:(2)", 5, "a second ':'"),
        ("0:(0), t:(1)", 7, "cannot depend on `t`"),
        ("0:(0), sqrt(t):(1)", 12, "cannot depend on `t`"),
        ("0:(0), maxf:(1)", 7, "did you mean `max_f`?"),
        ("0:(0), 1/0:(1)", 7, "gives no frame"),
        ("0:(1) bounse", 6, "did you mean `bounce`?"),
        ("0:('none')", 4, "this is text in quotes"),
        ('0:("t % ")', 6, "a value is missing after `%`"),
        (True, None, "a number, text or a mapping"),
        (None, None, "a number, text or a mapping"),
        (float("nan"), 0, "not a number"),
        (10**400, 0, "too large"),
        ({0: 10**400}, 0, "key `0`: this number is too large"),
        ({10**5000: 1}, None, "too large to be a frame"),
        ("t+" + "9" * 5000, 2, "too long"),
        ("t*" + "9" * 300 + "e9", 2, "too long"),
        ({}, None, "no key"),
        ({"after": "loop"}, None, "no key"),
        ({0: 1, "after": "sometimes"}, None, "after is one of hold, loop, mirror"),
        ({0: None}, 0, "key `0`: a value is a number or a formula"),
        ({0: {"ease": "bounce"}}, 0, "has `value`"),
        ({0: {"value": 1, "ease": "bounse"}}, 0, "did you mean `bounce`?"),
        ({0: 1, 30: "sinn(t)"}, 0, "key `30`: unknown function `sinn`"),
        ({None: 1}, None, "a key is a frame"),
    ],
)
def test_a_source_that_is_not_a_schedule_is_rejected(source: Any, column: int | None, fragment: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule.parse(source).values(Scope(11))
    assert fragment in str(caught.value)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("source", "read"), [("0:(1", 1.0), ("0:(1)(2)", 12.0), ("0:(1))", 1.0), ("0:(0).3", 0.3)]
)
def test_what_only_deforum_reads_is_kept_for_compat(source: str, read: float) -> None:
    schedule = Schedule.parse(source)
    assert schedule.values(Scope(3, compat=True)).tolist() == [read] * 3
    with pytest.raises(ScheduleError, match="Deforum drops all parentheses"):
        schedule.values(Scope(3))


def test_compat_drops_keys_past_the_end() -> None:
    assert values("0:(0), 500:(100)", compat=True) == [0.0] * 11
    assert values("0:(5), 10:( 6 ), 20:(7)", 21, compat=True)[11:20] == [6.0] * 9


def test_schedules_are_values() -> None:
    text = "0:(1), 30:(1+0.1*sin(t))"
    assert Schedule.parse(text) == Schedule.parse(text)
    assert len({Schedule.parse(text), Schedule.parse(text), Schedule.parse(1)}) == 2
    mapping = {0: 1.0, "2s": {"value": "sin(t)", "ease": "bounce"}, "after": "loop"}
    assert Schedule.parse(mapping) == Schedule.parse(dict(mapping))
    assert hash(Schedule.parse(mapping)) == hash(Schedule.parse(dict(mapping)))
    for source in (text, mapping, 3, 0.5):
        assert Schedule.parse(source).source == source
        assert type(Schedule.parse(source).source) is type(source)
        again = pickle.loads(pickle.dumps(Schedule.parse(source)))
        assert again.values(Scope(40)).tolist() == Schedule.parse(source).values(Scope(40)).tolist()


def test_numpy_numbers_are_numbers() -> None:
    assert values(np.float32(0.5)) == [0.5] * 11
    assert values({np.int64(0): np.int64(2)}) == [2.0] * 11


def test_the_same_error_is_raised_each_time_anew() -> None:
    schedule = Schedule.parse("0:(1")
    errors = []
    for _ in range(2):
        with pytest.raises(ScheduleError) as caught:
            schedule.values(Scope(3))
        errors.append(caught.value)
    assert errors[0] is not errors[1]
    assert str(errors[0]) == str(errors[1])


@pytest.mark.parametrize(
    "bad",
    [
        {"frames": 0},
        {"frames": 10, "fps": 0},
        {"frames": 10, "bpm": float("nan")},
        {"frames": 3, "signals": {"bass": np.zeros(2)}},
        {"frames": 3, "signals": {"_bass": np.zeros(3)}},
    ],
)
def test_an_impossible_film_is_rejected(bad: dict[str, Any]) -> None:
    with pytest.raises(ScheduleError):
        Scope(**bad)


def test_errors_survive_pickling() -> None:
    with pytest.raises(ScheduleError) as caught:
        values("0:(1/t)")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
