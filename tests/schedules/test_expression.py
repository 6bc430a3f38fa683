"""Formulas: their grammar, their values, and the messages about mistakes."""

import math

import numpy as np
import pytest

from schedules import Schedule, ScheduleError, Scope
from schedules.evaluate import evaluate
from schedules.expression import parse
from schedules.operations import FUNCTIONS


def value(text: str, *, frames: int = 12, **scope: object) -> list[float]:
    return Schedule.parse(text).values(Scope(frames, **scope)).tolist()  # type: ignore[arg-type]  # named above


T = np.arange(12.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0025+0.002*sin(1.25*3.14*t/30)", 1.0025 + 0.002 * np.sin(1.25 * 3.14 * T / 30)),
        ("min(t, 5)", np.minimum(T, 5)),
        ("max(t, 3, 7 - t)", np.maximum(np.maximum(T, 3), 7 - T)),
        ("clip(t, 2, 4)", np.clip(T, 2, 4)),
        ("where(t < 10, 1, 2)", np.where(T < 10, 1, 2)),
        ("arctan2(t, 2)", np.arctan2(T, 2)),
        ("t if t > 3 else 9", np.where(T > 3, T, 9)),
        ("2 < t <= 5", (T > 2) & (T <= 5)),
        ("t > 2 and t < 5 or t == 9", ((T > 2) & (T < 5)) | (T == 9)),
        ("not t > 3", ~(T > 3)),
        ("(t > 2) & (t < 5)", (T > 2) & (T < 5)),
        ("(t > 2) ^ (t > 5)", (T > 2) & (T <= 5)),
        ("~(t > 2)", ~(T > 2)),
        ("(t > 2) + (t > 5)", (T > 2) * 1 + (T > 5) * 1),
        ("-(t > 2)", -1.0 * (T > 2)),
        ("t & 1", T % 2),
        ("t ^ 3", [int(t) ^ 3 for t in T]),
        ("t | 8", [int(t) | 8 for t in T]),
        ("~t", -T - 1),
        ("t << 2", T * 4),
        ("t >> 1", T // 2),
        ("(t - 6) % 5", (T - 6) % 5),
        ("(t - 6.5) % -5", (T - 6.5) % -5),
        ("(t - 6) // 4", (T - 6) // 4),
        ("t ** -1 if t > 0 else 0", [0, *(1 / T[1:])]),
        ("2 ** (t * 8)", 2.0 ** (T * 8)),
        ("int(t / 2.5)", np.trunc(T / 2.5)),
        ("round(t / 4)", np.round(T / 4)),
        ("sign(t - 5)", np.sign(T - 5)),
        ("pi * t", np.pi * T),
        ("e", np.full(12, np.e)),
        ("isnan(sqrt(t - 3))", T < 3),
        ("0x10 + 1_000 + 007", np.full(12, 1023.0)),
        ("t*1e-3", T * 1e-3),
        ("t*1e-09 + 2.E-05", T * 1e-9 + 2e-5),
        ("t-09", T - 9),
        ("max_f - s", np.full(12, 11.0 - 42)),
        ("fps", np.full(12, 15.0)),
        ("hypot(t, 3) + degrees(radians(t))", np.hypot(T, 3) + T),
        ("where(t, 1, 2)", np.where(T != 0, 1, 2)),
        ("True", np.ones(12)),
        ("(t > 5) == True", T > 5),
        ("-(1 < 2) + (1 < 2) + (2 < 3) + sign(1 < 2)", np.full(12, 2.0)),
        ("where(1 < 2, t, 0)", T),
        ("1\n +\tt", 1 + T),
    ],
)
def test_a_formula_has_the_value(text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(value(text, seed=42), np.asarray(expected, dtype=float), rtol=1e-12)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("compat", [False, True])
def test_every_function_agrees_with_numpy(name: str, compat: bool) -> None:
    operation = FUNCTIONS[name]
    count = operation.arity[0]
    text = f"{name}({', '.join(['t/20 + 0.1', '0.5', '0.7'][:count])})"
    frames = np.arange(12)
    ours = evaluate(parse(text), frames, Scope(12, compat=compat))
    with np.errstate(all="ignore"):
        theirs = np.broadcast_to(operation.numpy(*[frames / 20 + 0.1, 0.5, 0.7][:count]), (12,))
    np.testing.assert_allclose(ours, theirs.astype(float), rtol=1e-12)


def test_all_functions_of_the_evaluator_for_real_numbers_are_known() -> None:
    import numexpr.expressions

    assert set(numexpr.expressions.functions) - set(FUNCTIONS) <= {"where", "complex", "contains"}


def test_long_formulas_are_computed_in_pieces() -> None:
    text = "+".join(f"where(t % {n + 2} > 1, sin(t * {n}.5), min(t, {n}))" for n in range(1, 40))
    expected = sum(np.where(T % (n + 2) > 1, np.sin(T * (n + 0.5)), np.minimum(T, n)) for n in range(1, 40))
    np.testing.assert_allclose(value(text), expected, rtol=1e-12)
    np.testing.assert_allclose(value(text, compat=True), expected, rtol=1e-12)


def test_whole_numbers_wrap_only_where_deforum_wraps_them() -> None:
    assert value("2**t", frames=70)[69] == 2.0**69
    assert value("2**t", frames=70, compat=True)[69] != 2.0**69
    assert value("t%0 + 1", compat=True)[3] == 1.0


@pytest.mark.parametrize(
    ("text", "column", "fragments"),
    [
        ("1+sinn(t)", 2, ["unknown function `sinn`", "did you mean `sin`?"]),
        ("atan2(t, 1)", 0, ["unknown function `atan2`", "did you mean `arctan2`?"]),
        ("maxf", 0, ["unknown name `maxf`", "did you mean `max_f`?"]),
        ("frame*2", 0, ["unknown name `frame`", "did you mean `t`?"]),
        ("beat_freq", 0, ["unknown name `beat_freq`", "known names: bpm, e, fps, max_f, pi, s, t"]),
        ("2t", 1, ["an operator is missing", "2*t"]),
        ("t(3)", 0, ["unknown function `t`", "t*(...)"]),
        ("(1)(2)", 3, ["an operator is missing"]),
        ("1/*t", 2, ["a value is missing before `*`"]),
        ("t+", 1, ["a value is missing after `+`"]),
        ("sin(t", 3, ["never closed", "add the missing ')'"]),
        ("t)", 1, ["closes nothing"]),
        ("1,5", 1, ["comma outside a function's brackets", "0.5"]),
        ("sin", 0, ["`sin` is a function", "sin(...)"]),
        ("sin(t, 2)", 0, ["`sin` takes 1 value, not 2"]),
        ("where(t > 1, 2)", 0, ["`where` takes 3 values, not 2"]),
        ("max()", 0, ["`max` takes 1 or more values, not 0"]),
        ("t = 3", 2, ["unexpected '='", "=="]),
        ("t²", 1, ["unexpected '²'", "t**2"]),
        ("t and 5", 0, ["joins conditions", "(t > 10) and (t < 20)"]),
        ("9**9**9", 0, ["too large"]),
        ("1" + "0" * 290 + "*1e99", 0, ["too large"]),
        ("__import__('os')", 11, ["unexpected"]),
        ("__import__(1)", 0, ["unknown function `__import__`"]),
        ("t.real", 1, ["unexpected '.'"]),
        ("().__class__", 1, ["a value is missing"]),
        ("[x for x in t]", 0, ["unexpected '['"]),
        ("1if t>2 else 3", 1, ["a space is missing before `if`"]),
        ("t & 1.5", 0, ["whole numbers"]),
        ("5 & 1.5", 0, ["whole numbers"]),
        ("1j", 1, ["an operator is missing"]),
    ],
)
def test_a_mistake_is_explained_at_its_column(text: str, column: int, fragments: list[str]) -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule.parse(f"  {text}").values(Scope(12))
    assert caught.value.column == column + 2
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_an_error_shows_the_place_under_a_caret() -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule.parse("0:(1.0), 30:(1+sinn(t/10))")
    assert str(caught.value).splitlines() == [
        "unknown function `sinn`",
        "    0:(1.0), 30:(1+sinn(t/10))",
        "                   ^",
        "did you mean `sin`?",
    ]


def test_an_error_in_a_long_schedule_is_shortened_around_its_place() -> None:
    text = ", ".join(f"{i}:(1)" for i in range(200)) + ", 500:(foo)"
    with pytest.raises(ScheduleError) as caught:
        Schedule.parse(text)
    _, shown, caret, *_ = str(caught.value).splitlines()
    assert len(shown) < 90
    assert shown[caret.index("^") :].startswith("foo")


def test_beats_and_signals_that_the_film_lacks_are_named() -> None:
    with pytest.raises(ScheduleError, match="needs `bpm`"):
        value("sin(t*bpm)")
    assert value("bpm", bpm=120.0)[0] == 120.0
    listening = Schedule.parse("1 + bass*2", signals=["bass"])
    with pytest.raises(ScheduleError, match="signal `bass`"):
        listening.values(Scope(3))
    assert listening.values(Scope(3, signals={"bass": np.array([0.0, 0.5, 1.0])})).tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("compat", [False, True])
def test_a_constant_that_is_no_number_is_an_error_and_no_warning(compat: bool) -> None:
    with pytest.raises(ScheduleError, match="is not a number"):
        value("0:(arccosh(0))", compat=compat)


def test_constants_are_folded_with_their_meaning() -> None:
    assert parse("9/2").constant == 4.5
    assert parse("1 < 2").constant == 1.0
    assert math.isnan(parse("sqrt(-1)").constant or 0.0)
    assert parse("t*0").constant is None
