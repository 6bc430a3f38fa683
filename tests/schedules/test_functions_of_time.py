"""Functions that look at other frames: small cases by hand, mistakes, and one value whatever is asked."""

import math

import numpy as np
import pytest

from schedules import Prompts, Schedule, ScheduleError, Scope
from schedules.evaluate import evaluate, evaluate_whole
from schedules.expression import parse
from schedules.limits import MAX_COLUMNS

CLICK = "where(t == 2, 1, 0)"
HALF = 2**-0.5


def value(text: str, frames: int = 6, **scope: object) -> list[float]:
    return Schedule.parse(text).values(Scope(frames, fps=10, **scope)).tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Two means over two frames each, whose half frames at the rim count half.
        (f"smooth({CLICK}, 0.4)", [1 / 12, 1 / 4, 3 / 8, 1 / 4, 1 / 16, 0]),
        (f"smooth({CLICK}, 0.2)", [0, 0, 1, 0, 0, 0]),
        (f"smooth({CLICK}, 0)", [0, 0, 1, 0, 0, 0]),
        ("smooth(t, 1/0)", [2.5] * 6),
        (f"decay({CLICK}, 0.1)", [0, 0, 1, 0.5, 0.25, 0.125]),
        (f"decay({CLICK}, 0.2)", [0, 0, 1, HALF, 0.5, HALF / 2]),
        (f"decay({CLICK}, 0)", [0, 0, 1, 0, 0, 0]),
        (f"decay({CLICK}, 1/0)", [0, 0, 1, 1, 1, 1]),
        ("decay(8 - t*4, 0.1)", [8, 4, 2, 1, 0.5, 0.25]),
        ("decay(-t - 1, 0.1)", [-1, -2, -3, -4, -5, -6]),
        ("decay(max(4 - t, 3.5), 0.1)", [4, 3.5, 3.5, 3.5, 3.5, 3.5]),
        (f"delay({CLICK}, 0.1)", [0, 0, 0, 1, 0, 0]),
        (f"delay({CLICK}, -0.1)", [0, 1, 0, 0, 0, 0]),
        (f"delay({CLICK}, 0.05)", [0, 0, 0.5, 0.5, 0, 0]),
        ("delay(t, 1/0)", [0] * 6),
        ("delay(t, 0.1*(t > 2))", [0, 1, 2, 2, 3, 4]),
        ("delay(t + 7, 0.2)", [7, 7, 7, 8, 9, 10]),
        ("integral(2)", [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ("integral(t)", [0, 0.05, 0.2, 0.45, 0.8, 1.25]),
        ("diff(t*3)", [30] * 6),
        (f"diff({CLICK})", [0, 0, 10, -10, 0, 0]),
        (f"since({CLICK})", [0.6, 0.7, 0, 0.1, 0.2, 0.3]),
        ("since(t < 0)", [0.6, 0.7, 0.8, 0.9, 1, 1.1]),
        ("count(t % 3 < 2)", [1, 1, 1, 2, 2, 2]),
        ("count(1)", [1] * 6),
        ("held(t*10, t % 3 == 1)", [0, 10, 10, 10, 40, 40]),
        ("held(t + 5, t < 0)", [5] * 6),
        ("smooth(decay(t == 2, 0.1), 0) + 1", [1, 1, 2, 1.5, 1.25, 1.125]),
        ("2 if since(t == 3) < 0.15 else 1", [1, 1, 1, 2, 2, 1]),
        ("where(held(t, t == 3), 5, 6)", [6, 6, 6, 5, 5, 5]),
    ],
)
def test_a_column_is_as_computed_by_hand(text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(value(text), expected, atol=1e-12)
    np.testing.assert_allclose(value(text, compat=True), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("heights", "seconds", "peaks"),
    [
        ([0, 3, 0, 2, 0, 1, 0], 0, [1, 3]),
        ([0, 3, 0, 2, 0, 1, 0], 0.2, [1, 3]),
        ([0, 2, 0, 3, 0, 2, 0], 0.3, [3]),
        ([0, 2, 0, 2, 0, 2, 0], 0.3, [1, 5]),
        ([0, 2, 2, 3, 3, 0, 0], 0, [3]),
        ([5, 4, 3, 2, 3, 4, 9], 0, [0, 6]),
        ([5, 4, 3, 2, 3, 4, 9], math.inf, [6]),
        ([5, 5, 5, 5, 5, 5, 5], 0, []),
        ([0, 1, 0, 1, 0, 1, 0], 0, []),
    ],
)
def test_peaks_are_the_highest_frames_that_lie_far_enough_apart(
    heights: list[float], seconds: float, peaks: list[int]
) -> None:
    text = f"peak(x, 1, {'1/0' if math.isinf(seconds) else seconds})"
    scope = Scope(7, fps=10, signals={"x": np.array(heights, dtype=float)})
    values = Schedule.parse(text, signals=["x"]).values(scope)
    assert np.flatnonzero(values).tolist() == peaks
    assert set(values.tolist()) <= {0.0, 1.0}


FUNCTIONS = [
    "smooth(x, 0.5)",
    "decay(x, 0.3)",
    "delay(x, 0.25)",
    "peak(x, 0.4, 0.2)",
    "integral(x)",
    "diff(x)",
    "held(x, x > 0.6)",
    "since(x > 0.8)",
    "count(x > 0.5)",
    "smooth(decay(peak(x, 0.4, 0.2), 0.1), 0.3)*t + saw(0.7)",
]


@pytest.mark.parametrize("text", FUNCTIONS)
def test_one_frame_has_the_value_that_it_has_among_all(text: str) -> None:
    signals = {"x": np.random.default_rng(3).random(50)}
    scope = Scope(50, fps=10, signals=signals)
    formula = parse(text, names=["x", "t"])
    whole = evaluate(formula, np.arange(50), scope)
    for frames in ([7], [49, 0, 20], range(10, 30)):
        asked = np.array(frames)
        assert np.array_equal(evaluate(formula, asked, scope), whole[asked])
        assert evaluate_whole(formula, asked, scope).tolist() == pytest.approx(whole[asked].tolist())
    keyed = Schedule.parse(f"0:(0), 20:({text}), 21:(5) hold, 30:({text}) bounce, 45:(1)", signals=["x"])
    values = keyed.values(scope)
    assert (values[20], values[30]) == (whole[20], whole[30])


def test_outside_the_film_a_column_has_its_first_or_last_value() -> None:
    formula = parse("integral(1)")
    assert evaluate(formula, np.array([-5, 0, 9, 50]), Scope(10, fps=10)).tolist() == [0.0, 0.0, 0.9, 0.9]


def test_a_loop_repeats_the_column() -> None:
    values = value("2:(integral(1)), 4:(0), loop", frames=8)
    assert values == pytest.approx([0.2, 0.2, 0.2, 0.3, 0.2, 0.3, 0.2, 0.3])


def test_frames_without_a_number_are_interpolated_before_a_column_is_computed() -> None:
    assert value("integral(where(t == 2, sqrt(-1), t))") == value("integral(t)")
    assert value("count(sqrt(t - 3) > 0)") == [0, 0, 0, 0, 1, 1]
    with pytest.raises(ScheduleError, match="is not a number"):
        value("smooth(sqrt(-1 - t), 1)")


@pytest.mark.parametrize(
    ("text", "column", "fragments"),
    [
        ("smooth(t, 0.1*t)", 14, ["the same on every frame", "60/bpm"]),
        ("decay(t, bass)", 9, ["the same on every frame"]),
        ("peak(t, 1, integral(1))", 11, ["the same on every frame"]),
        ("smooth(t, -1)", 0, ["`smooth` takes a time of 0 or more seconds, not -1"]),
        ("1 + decay(t, sqrt(-1))", 4, ["`decay` takes a time of 0 or more seconds, not nan"]),
        ("smooth(1/t, 1)", 0, ["infinite value on frame 0", "max(t, 1)"]),
        ("smooth(t)", 0, ["`smooth` takes 2 values, not 1"]),
        ("smoth(t, 1)", 0, ["did you mean `smooth`?"]),
        ("lowpass(t, 1)", 0, ["did you mean `smooth`?"]),
        ("decay", 0, ["`decay` is a function", "decay(...)"]),
    ],
)
def test_a_mistake_is_explained_at_its_column(text: str, column: int, fragments: list[str]) -> None:
    scope = Scope(6, signals={"bass": np.zeros(6)})
    for before in ("", "0:(1), 3:( "):
        source = f"{before}{text}" if not before else f"{before}{text} )"
        with pytest.raises(ScheduleError) as caught:
            Schedule.parse(source, signals=["bass"]).values(scope)
        assert caught.value.column == column + len(before)
        for fragment in fragments:
            assert fragment in str(caught.value)


def test_times_may_be_computed_from_the_film() -> None:
    assert value("decay(t == 0, 60/bpm)", bpm=600) == [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]


def test_a_signal_with_the_name_of_a_function_is_still_a_signal() -> None:
    peak = np.array([1.0, 5.0, 2.0])
    values = Schedule.parse("peak + peak(peak, 2, 0)", signals=["peak"]).values(
        Scope(3, signals={"peak": peak})
    )
    assert values.tolist() == [1, 6, 2]


def test_prompts_have_functions_of_time() -> None:
    for compat in (False, True):
        frames = Prompts.parse("fog:`integral(10)`").at(Scope(3, fps=10, compat=compat))
        assert [float(frame.positive.partition(":")[2]) for frame in frames] == [0, 1, 2]


def test_many_signals_in_one_formula_are_computed() -> None:
    signals = {f"x{n}": np.full(4, float(n)) for n in range(90)}
    text = "1"
    for n in range(0, 56, 2):
        text = f"where(x{n} > x{n + 1}, x{n + 2}, {text} + x{n + 1})"
    values = Schedule.parse(text, signals=signals).values(Scope(4, signals=signals))
    assert values.tolist() == [1 + sum(range(1, 57, 2))] * 4


def test_functions_of_the_whole_film_are_limited_in_number() -> None:
    most = ", ".join(["integral(1)"] * MAX_COLUMNS)
    assert value(f"sum({most})") == pytest.approx([MAX_COLUMNS * n / 10 for n in range(6)])
    with pytest.raises(ScheduleError, match="look at the whole film"):
        Schedule.parse(f"sum({most}, integral(1))")
    with pytest.raises(ScheduleError, match="look at the whole film"):
        Schedule.parse(dict.fromkeys(range(MAX_COLUMNS), "integral(t)+integral(1)"))
    with pytest.raises(ScheduleError, match="look at the whole film"):
        Prompts.parse(dict.fromkeys(range(MAX_COLUMNS), "fog"), prefix="`integral(1)` `integral(2)`")
